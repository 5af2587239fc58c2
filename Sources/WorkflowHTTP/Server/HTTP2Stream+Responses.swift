import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import WorkflowCore

extension HTTP2Stream: ResponseTransport {
    func exchange(_ id: UInt64) -> Exchange? { current }

    func send(_ response: ServerResponse, body: [UInt8], declaredLength: Int64?, exchange id: UInt64) {
        guard var exchange = current else { return }
        current = nil
        exchange.answer(with: response)
        if exchange.method != .head, !response.status.hasNoBody { exchange.responseBytes = body.count }
        writeWhole(response, declaredLength: declaredLength, isHead: exchange.method == .head)
        end(exchange, .completed)
    }

    /// Writes a part and counts it as unsent until the client has taken it, or the stream is closed.
    private func put(_ part: HTTPResponsePart, bytes: Int, to context: ChannelHandlerContext) {
        writtenBytes += bytes
        connection.hasWritten(bytes)
        let promise = loop.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { [self] _ in
            sentBytes += bytes
            connection.hasLeft(bytes)
        }
        context.write(wrapOutboundOut(part), promise: promise)
    }

    /// Writes a piece of the body so that each small part of it can be seen to leave.
    private func put(_ bytes: [UInt8], to context: ChannelHandlerContext) {
        var rest = ByteBuffer(bytes: bytes)
        while rest.readableBytes > 0, let part = rest.readSlice(length: min(rest.readableBytes, Self.partSize)) {
            put(.body(part), bytes: part.readableBytes, to: context)
        }
    }

    /// Writes a response and the end of the stream.
    func writeWhole(_ response: ServerResponse, declaredLength: Int64?, isHead: Bool = false) {
        guard let context else { return }
        var bytes: [UInt8] = []
        if case .bytes(let body) = response.body { bytes = body }
        let omitsBody = isHead || response.status.hasNoBody
        var length = declaredLength ?? Int64(bytes.count)
        if omitsBody, bytes.isEmpty, declaredLength == nil, let stated = response.headers.value(of: .contentLength) {
            length = Int64(stated) ?? 0
        }
        if response.status == .resetContent { length = 0 }
        let statesLength = response.status != .noContent && (response.status != .notModified || length > 0)
        write(head: response, length: statesLength ? length : nil, to: context)
        if !omitsBody { put(bytes, to: context) }
        writeEnd(to: context)
    }

    private func writeEnd(to context: ChannelHandlerContext) {
        needsFlush = false
        put(.end(nil), bytes: 1, to: context)
        context.flush()
        if case .complete = inbound { return }
        if case .streaming(let body) = inbound { body.fail(CancellationError()) }
        inbound = .discarding(ServerCore.discardLimit)
        receiveDeadline = loop.now + ServerCore.lingerTime
        bodyIsDemanded()
    }

    private func write(head response: ServerResponse, length: Int64?, to context: ChannelHandlerContext) {
        var fields = HTTPFields()
        fields.reserveCapacity(response.headers.count + 3)
        for field in response.headers where !ResponseHeadWriter.isReserved(field.name.canonicalName) {
            fields.append(field)
        }
        if !fields.contains(.date) { fields.append(HTTPField(name: .date, value: loop.dateText(at: .systemNow()))) }
        if let name = settings.configuration.serverName { fields.append(HTTPField(name: .server, value: name)) }
        if let length { fields.append(HTTPField(name: .contentLength, value: String(length))) }
        context.write(
            wrapOutboundOut(.head(HTTPResponse(status: response.status, headerFields: fields))), promise: nil)
    }

    func begin(_ response: ServerResponse, length: Int64?, exchange id: UInt64) throws {
        guard current != nil, let context else { throw CancellationError() }
        current?.answer(with: response)
        write(head: response, length: length, to: context)
        needsFlush = true
        loop.eventLoop.execute { [self] in
            guard needsFlush else { return }
            needsFlush = false
            self.context?.flush()
        }
    }

    func write(_ bytes: [UInt8], exchange id: UInt64) throws -> Bool {
        guard current != nil, let context else { throw CancellationError() }
        current?.responseBytes += bytes.count
        needsFlush = false
        put(bytes, to: context)
        context.flush()
        return context.channel.isWritable
    }

    func waitForRoom(exchange id: UInt64) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                loop.eventLoop.execute { self.park(continuation) }
            }
        } onCancel: {
            loop.eventLoop.execute {
                guard let waiter = self.roomWaiter else { return }
                self.roomWaiter = nil
                waiter.resume(throwing: CancellationError())
            }
        }
    }

    private func park(_ continuation: CheckedContinuation<Void, any Error>) {
        guard current != nil, let context, roomWaiter == nil else {
            return continuation.resume(throwing: CancellationError())
        }
        if context.channel.isWritable { continuation.resume() } else { roomWaiter = continuation }
    }

    func sendRegion(of file: OpenFile, offset: Int64, length: Int64, exchange: UInt64) async throws -> Bool {
        false
    }

    func finish(exchange id: UInt64) {
        guard let exchange = current, let context else { return }
        current = nil
        writeEnd(to: context)
        end(exchange, .completed)
    }

    func abort(exchange id: UInt64) {
        isClosed(.responseFailed)
        reset(.internalError)
    }
}
