import NIOCore
import NIOHTTP1

/// What tasks call, from wherever they run.
extension UpstreamConnection {
    /// Sends the head of a request.
    ///
    /// - Parameter isWhole: Whether nothing follows it.
    /// - Returns: What names the exchange from now on.
    func begin(_ head: HTTPRequestHead, body: [UInt8]? = nil, isWhole: Bool) async throws -> UInt64 {
        try await onLoop { [self] in
            let exchange = self.exchange + 1
            begin(head, exchange: exchange)
            if let body, !body.isEmpty { _ = try writeBody(body, exchange: exchange) }
            if isWhole { finishRequest() } else { flush() }
            return exchange
        }
    }

    /// Sends a piece of the body, and returns when there is room for more.
    ///
    /// - Throws: ``UpstreamFailure`` when the connection is gone, or has had no room for `timeout`.
    func write(_ bytes: [UInt8], exchange: UInt64, within timeout: TimeAmount?) async throws {
        guard !bytes.isEmpty else { return }
        let hasRoom = try await onLoop { [self] in try writeBody(bytes, exchange: exchange) }
        guard !hasRoom else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                eventLoop.execute { self.parkWriter(continuation, within: timeout, exchange: exchange) }
            }
        } onCancel: {
            cancel(exchange: exchange)
        }
    }

    /// Returns the next part of the response.
    ///
    /// - Parameter timeout: How long the target may let us wait, counted from the end of the request.
    /// - Throws: ``UpstreamFailure``; `CancellationError` when the task is cancelled, which closes the connection.
    func next(exchange: UInt64, within timeout: TimeAmount?) async throws -> Part {
        try Task.checkCancellation()
        if eventLoop.inEventLoop, self.exchange == exchange, let ready = takeReady() { return try ready.get() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if eventLoop.inEventLoop {
                    park(continuation, within: timeout, exchange: exchange)
                } else {
                    eventLoop.execute { self.park(continuation, within: timeout, exchange: exchange) }
                }
            }
        } onCancel: {
            cancel(exchange: exchange)
        }
    }

    /// Ends the request.
    func finishRequest(exchange: UInt64) {
        eventLoop.execute {
            if self.exchange == exchange { self.finishRequest() }
        }
    }

    /// Closes the connection if it is still at this exchange.
    func cancel(exchange: UInt64, _ error: any Error = CancellationError()) {
        eventLoop.execute {
            if self.exchange == exchange { self.fail(error) }
        }
    }

    /// Closes the connection.
    func close() {
        eventLoop.execute { self.fail(CancellationError()) }
    }

    /// Lets the connection go on with another protocol, after a response with status 101.
    func upgrade() async throws {
        try await onLoop { [self] in
            guard let context else { throw UpstreamFailure.closedWithinResponse }
            isRaw = true
            let pipeline = context.pipeline.syncOperations
            try pipeline.addHandler(RawResponseBytes(), position: .before(self))
            pipeline.removeHandler(
                context: try pipeline.context(handlerType: HTTPRequestEncoder.self), promise: nil)
            pipeline.removeHandler(context: try pipeline.context(handlerType: Decoder.self), promise: nil)
        }
    }

    private func onLoop<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        if eventLoop.inEventLoop { return try body() }
        return try await eventLoop.submit(body).get()
    }
}

/// Stands in for the parser after an upgrade: gives bytes on as pieces of a body.
private final class RawResponseBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = HTTPClientResponsePart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(.body(unwrapInboundIn(data))))
    }
}
