import HTTPTypes
import NIOCore
import NIOHTTP1
import WorkflowCore

extension HTTP1Connection {
    func exchange(_ id: UInt64) -> Exchange? {
        current?.id == id ? current : nil
    }

    /// Writes, and counts what was written.
    func put(_ data: IOData, to context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        writtenBytes += data.readableBytes
        context.write(wrapOutboundOut(data), promise: promise)
    }

    func sendContinue() {
        awaitsContinue = false
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 32)
        buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        put(.byteBuffer(buffer), to: context)
        flush()
    }

    func send(_ response: ServerResponse, body: [UInt8], declaredLength: Int64?, exchange id: UInt64) {
        send(response, body: body, declaredLength: declaredLength, exchange: id, ending: .completed)
    }

    func send(
        _ response: ServerResponse, body: [UInt8], declaredLength: Int64?, exchange id: UInt64,
        ending: HTTPRequestOutcome.Ending
    ) {
        guard let exchange = exchange(id), let context else { return }
        decideKeepAlive(response)
        let omitsBody = exchange.method == .head || response.status.hasNoBody
        let framing = Self.framing(response, bodyCount: body.count, declaredLength: declaredLength, exchange: exchange)
        var buffer = context.channel.allocator.buffer(capacity: 320 + (omitsBody ? 0 : body.count))
        writeHead(response, framing: framing, to: &buffer)
        if !omitsBody {
            buffer.writeBytes(body)
            current?.responseBytes = body.count
        }
        let isLast = current?.keepAlive != true
        put(
            .byteBuffer(buffer), to: context, promise: isLast ? closingPromise(lingering: isBodyUnread) : nil)
        // Before the flush, which may close the connection at once.
        endExchange(ending)
        flush()
    }

    private static func framing(
        _ response: ServerResponse, bodyCount: Int, declaredLength: Int64?, exchange: Exchange
    ) -> ResponseHeadWriter.Framing {
        if response.status == .noContent { return .none }
        if response.status == .resetContent { return .length(0) }
        if let declaredLength { return .length(declaredLength) }
        if bodyCount > 0 && response.status != .notModified { return .length(Int64(bodyCount)) }
        if exchange.method == .head || response.status == .notModified {
            // The handler may know the length that GET would have.
            if let text = response.headers.value(of: .contentLength), let length = Int64(text), length >= 0 {
                return .length(length)
            }
            if case .stream = response.body { return .unstated }
            return response.status == .notModified ? .unstated : .length(0)
        }
        return .length(0)
    }

    private func writeHead(
        _ response: ServerResponse, framing: ResponseHeadWriter.Framing, to buffer: inout ByteBuffer
    ) {
        guard let exchange = current else { return }
        let connection: ResponseHeadWriter.Connection =
            exchange.keepAlive ? (exchange.isHTTP10 ? .keepAlive : .unstated) : .close
        current?.answer(with: response)
        ResponseHeadWriter(
            status: response.status, framing: framing, connection: connection,
            dateLine: loop.dateLine(at: exchange.receivedAt), serverLine: settings.serverLine
        ).write(response.headers, to: &buffer)
    }

    /// Whether bytes of the request's body are still to come.
    private var isBodyUnread: Bool {
        switch inbound {
        case .streaming, .closing: true
        default: false
        }
    }

    private func decideKeepAlive(_ response: ServerResponse) {
        guard let exchange = current, exchange.keepAlive else { return }
        var keepAlive = !isDraining
        if let limit = settings.configuration.maxRequestsPerConnection, requestCount >= limit { keepAlive = false }
        if case .streaming(let body) = inbound {
            switch response.body {
            case .stream: break
            default:
                // The client may or may not send the rest, when it waits for `100 Continue`.
                let isShort = body.remaining.map { $0 <= ServerCore.discardLimit } ?? false
                if awaitsContinue || !isShort { keepAlive = false }
            }
        }
        if response.headers.value(of: .connection)?.lowercased() == "close" { keepAlive = false }
        current?.keepAlive = keepAlive
    }

    func begin(_ response: ServerResponse, length: Int64?, exchange id: UInt64) throws {
        guard let exchange = exchange(id), let context else { throw CancellationError() }
        if response.status == .switchingProtocols { return try beginUpgrade(response, exchange, context) }
        decideKeepAlive(response)
        let framing: ResponseHeadWriter.Framing
        if let length {
            framing = .length(length)
        } else if exchange.isHTTP10 {
            framing = .untilClose
            current?.keepAlive = false
        } else {
            framing = .chunked
        }
        streamedFraming = framing
        var buffer = context.channel.allocator.buffer(capacity: 512)
        writeHead(response, framing: framing, to: &buffer)
        put(.byteBuffer(buffer), to: context)
        flushSoon()
    }

    func write(_ bytes: [UInt8], exchange id: UInt64) throws -> Bool {
        guard exchange(id) != nil, let context else { throw CancellationError() }
        var buffer = context.channel.allocator.buffer(capacity: bytes.count + 24)
        if streamedFraming == .chunked {
            buffer.writeString(String(bytes.count, radix: 16))
            buffer.writeStaticString("\r\n")
            buffer.writeBytes(bytes)
            buffer.writeStaticString("\r\n")
        } else {
            buffer.writeBytes(bytes)
        }
        current?.responseBytes += bytes.count
        needsFlush = false
        put(.byteBuffer(buffer), to: context)
        context.flush()
        return context.channel.isWritable
    }

    func waitForRoom(exchange id: UInt64) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                loop.eventLoop.execute { self.park(continuation, exchange: id) }
            }
        } onCancel: {
            loop.eventLoop.execute {
                guard self.exchange(id) != nil, let waiter = self.roomWaiter else { return }
                self.roomWaiter = nil
                waiter.resume(throwing: CancellationError())
            }
        }
    }

    private func park(_ continuation: CheckedContinuation<Void, any Error>, exchange id: UInt64) {
        guard exchange(id) != nil, let context, roomWaiter == nil else {
            return continuation.resume(throwing: CancellationError())
        }
        if context.channel.isWritable { continuation.resume() } else { roomWaiter = continuation }
    }

    func sendRegion(of file: OpenFile, offset: Int64, length: Int64, exchange id: UInt64) async throws -> Bool {
        // TLS has to see the bytes.
        guard !isSecure else { return false }
        guard exchange(id) != nil, let context else { throw CancellationError() }
        let region = FileRegion(fileHandle: file.handle, readerIndex: Int(offset), endIndex: Int(offset + length))
        let promise = loop.eventLoop.makePromise(of: Void.self)
        needsFlush = false
        put(.fileRegion(region), to: context, promise: promise)
        context.flush()
        try await promise.futureResult.get()
        if current?.id == id { current?.responseBytes = Int(length) }
        return true
    }

    func finish(exchange id: UInt64) {
        guard let exchange = exchange(id), let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 8)
        if streamedFraming == .chunked { buffer.writeStaticString("0\r\n\r\n") }
        streamedFraming = nil
        let isUnreadable =
            isBodyUnread && (awaitsContinue || (exchange.body?.remaining ?? .max) > ServerCore.discardLimit)
        if !exchange.keepAlive || isDraining || isUnreadable {
            current?.keepAlive = false
            put(.byteBuffer(buffer), to: context, promise: closingPromise(lingering: isBodyUnread))
        } else {
            put(.byteBuffer(buffer), to: context)
        }
        endExchange(.completed)
        flush()
    }

    func abort(exchange id: UInt64) {
        guard exchange(id) != nil else { return }
        streamedFraming = nil
        isClosed(.responseFailed)
        context?.close(promise: nil)
    }

    /// Ends the exchange whose response has been written, and goes on with what the client sent meanwhile.
    func endExchange(_ ending: HTTPRequestOutcome.Ending) {
        guard let exchange = current else { return }
        current = nil
        awaitsContinue = false
        exchange.end(ending, remoteAddress: peer.address, protocolName: "HTTP/1.1", core: core)
        guard exchange.keepAlive else {
            inbound = .closing(ServerCore.lingerLimit)
            pending.removeAll()
            pendingBytes = 0
            return
        }
        switch inbound {
        case .streaming(let body):
            body.fail(CancellationError())
            inbound = .discarding(ServerCore.discardLimit)
        case .complete: inbound = .head
        default: break
        }
        lastUse = loop.now
        processPending()
        resumeReading()
    }

    /// A promise for the last write of the connection, which is closed when the write is done.
    func closingPromise(lingering: Bool) -> EventLoopPromise<Void> {
        let promise = loop.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { [self] result in
            if lingering, case .success = result { linger() } else { context?.close(promise: nil) }
        }
        return promise
    }

    /// Closes for writing, and takes what still comes for a moment: closing with unread bytes would make the kernel
    /// reset the connection and could take the answer away from the client.
    func linger() {
        if case .closing(let budget) = inbound, budget > 0 {} else { inbound = .closing(ServerCore.lingerLimit) }
        lingerDeadline = loop.now + ServerCore.lingerTime + settings.sweepInterval
        if !isSecure { context?.close(mode: .output, promise: nil) }
        resumeReading()
    }

    /// Flushes now, or together with the other responses of the current read.
    func flush() {
        if isReading {
            needsFlush = true
        } else {
            needsFlush = false
            context?.flush()
        }
    }

    /// Flushes at the end of the event loop's turn, unless something else flushes before.
    private func flushSoon() {
        guard !isReading else {
            needsFlush = true
            return
        }
        needsFlush = true
        loop.eventLoop.execute { [self] in
            guard needsFlush, !isReading else { return }
            needsFlush = false
            context?.flush()
        }
    }
}
