import HTTPTypes
import NIOCore
import NIOHTTP1
import WorkflowCore

extension HTTP1Connection: RequestBodyTransport {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        sawPart = true
        receive(.part(unwrapInboundIn(data)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if needsFlush {
            needsFlush = false
            context.flush()
        }
        // Bytes without a part: the parser holds an unfinished head.
        if !sawPart, case .head = inbound, current == nil, receiveDeadline == nil {
            receiveDeadline = loop.now + settings.readTimeout
        }
        sawPart = false
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if mustHoldReads {
            isReadHeld = true
            if heldSince == nil { heldSince = loop.now }
        } else {
            context.read()
        }
    }

    /// Whether nothing more shall be read until the handler or the client has caught up.
    private var mustHoldReads: Bool {
        if pending.count > 64 || pendingBytes > ServerCore.gatherLimit { return true }
        switch inbound {
        case .streaming(let body), .upgraded(let body): return body.isFull
        case .head, .complete: return !pending.isEmpty && context?.channel.isWritable == false
        case .gathering, .discarding: return false
        case .closing(let budget): return budget <= 0
        }
    }

    func resumeReading() {
        guard isReadHeld, !mustHoldReads else { return }
        isReadHeld = false
        if let heldSince {
            self.heldSince = nil
            receiveDeadline = receiveDeadline.map { $0 + (loop.now - heldSince) }
        }
        context?.read()
    }

    func bodyIsDemanded() {
        if let exchange = current, awaitsContinue, exchange.status == nil { sendContinue() }
        resumeReading()
    }

    /// Takes one part, now or after the requests before it.
    func receive(_ item: Pending) {
        let mustQueue: Bool
        switch inbound {
        case .complete: mustQueue = true
        case .head: mustQueue = !pending.isEmpty || context?.channel.isWritable == false
        default: mustQueue = !pending.isEmpty
        }
        guard mustQueue else { return process(item) }
        if case .part(.body(let bytes)) = item { pendingBytes += bytes.readableBytes }
        pending.append(item)
        processPending()
    }

    /// Works off what was put aside, as far as the request in progress and the client's reading allow.
    func processPending() {
        guard !isProcessingPending else { return }
        isProcessingPending = true
        defer { isProcessingPending = false }
        while let item = pending.first {
            if case .complete = inbound { return }
            if case .head = inbound, context?.channel.isWritable == false { return }
            pending.removeFirst()
            if case .part(.body(let bytes)) = item { pendingBytes -= bytes.readableBytes }
            process(item)
        }
        resumeReading()
    }

    private func process(_ item: Pending) {
        switch (item, inbound) {
        case (.malformed(let error), _): receiveMalformed(error)
        case (.part(.head(let head)), .head): receiveHead(head)
        case (.part(.body(let bytes)), .gathering(let head, var gathered)):
            // Out of the enum while it is appended to, else the array would be copied.
            inbound = .head
            gathered.append(contentsOf: bytes.readableBytesView)
            inbound = .gathering(head, gathered)
        case (.part(.end), .gathering(let head, let gathered)):
            inbound = .complete
            receiveDeadline = nil
            dispatch(head, body: gathered, stream: nil)
        case (.part(.body(let bytes)), .streaming(let body)):
            body.append(bytes)
            if body.received > settings.configuration.maxBodyBytes + ServerCore.discardLimit {
                // The handler has been told that the body is too large; nothing more of it is read.
                current?.keepAlive = false
                inbound = .closing(0)
            }
        case (.part(.body(let bytes)), .upgraded(let incoming)):
            incoming.append(bytes)
        case (.part(.end), .streaming(let body)):
            inbound = .complete
            receiveDeadline = nil
            body.finish()
        case (.part(.body(let bytes)), .discarding(let budget)):
            inbound = .discarding(budget - bytes.readableBytes)
            if budget < bytes.readableBytes { linger() }
        case (.part(.end), .discarding):
            inbound = .head
            receiveDeadline = nil
            lastUse = loop.now
            if isDraining { context?.close(promise: nil) }
        case (.part(let part), .closing(let budget)):
            if case .body(let bytes) = part { inbound = .closing(budget - bytes.readableBytes) }
        default: break
        }
    }

    private func receiveHead(_ head: HTTPRequestHead) {
        if receiveDeadline == nil { receiveDeadline = loop.now + settings.readTimeout }
        let request: RequestHead
        do throws(RequestRefusal) {
            request = try RequestHead(head, maxBodyBytes: settings.configuration.maxBodyBytes)
        } catch {
            return refuse(error)
        }
        requestCount += 1
        switch request.framing {
        case .none:
            inbound = .gathering(request, [])
        case .length(let length) where length <= ServerCore.gatherLimit:
            var bytes: [UInt8] = []
            bytes.reserveCapacity(length)
            inbound = .gathering(request, bytes)
            if request.expectsContinue { sendContinue() }
        case .length, .chunked:
            var expected: Int?
            if case .length(let length) = request.framing { expected = length }
            let body = StreamedRequestBody(
                eventLoop: loop.eventLoop, expected: expected, limit: settings.configuration.maxBodyBytes,
                transport: self)
            inbound = .streaming(body)
            dispatch(request, body: [], stream: body)
        }
    }

    private func dispatch(_ head: RequestHead, body: [UInt8], stream: StreamedRequestBody?) {
        lastExchange += 1
        let id = lastExchange
        let record = RequestRecord()
        let request = ServerRequest(
            method: head.method, path: head.target.path, query: head.target.query, headers: head.fields,
            authority: head.authority, isSecure: isSecure, remoteAddress: peer.client(head.fields),
            receivedAt: .systemNow(), body: stream.map { RequestBody(source: $0) } ?? RequestBody(bytes: body),
            record: record)
        let exchange = Exchange(
            id: id, head: head, request: request, record: record, body: stream, gatheredBytes: body.count,
            handlerTimeout: settings.handlerTimeout, loop: loop)
        exchange.begin(request, core: core)
        current = exchange
        let upgrade = head.isUpgrade ? ConnectionUpgrade(transport: self) : nil
        current?.upgrade = upgrade
        awaitsContinue = stream != nil && head.expectsContinue
        let responder = core.responder
        let task = Task.immediate(executorPreference: loop.executor) { [self] in
            guard let upgrade else { return await run(request, responder: responder, exchange: id) }
            await ConnectionUpgrade.$current.withValue(upgrade) {
                await run(request, responder: responder, exchange: id)
            }
        }
        if current?.id == id { current?.task = task }
    }

    private func receiveMalformed(_ error: any Error) {
        if case .streaming(let body) = inbound {
            // The handler is told; its answer is the last on this connection.
            current?.keepAlive = false
            inbound = .closing(0)
            body.fail(HTTPError(.badRequest, "The request body is malformed."))
            return
        }
        if case .closing = inbound { return }
        switch error as? HTTPParserError {
        case .headerOverflow?:
            refuse(
                RequestRefusal(
                    .requestHeaderFieldsTooLarge,
                    "The header is larger than \(settings.configuration.maxHeaderBytes) bytes or "
                        + "\(settings.configuration.maxHeaderFields) fields."))
        case .invalidVersion?:
            refuse(RequestRefusal(.httpVersionNotSupported, "Only HTTP/1.0 and HTTP/1.1 are spoken here."))
        default:
            refuse(RequestRefusal(.badRequest, "The request is malformed."))
        }
    }

    /// Answers a request that no handler has seen, and ends the connection.
    func refuse(_ refusal: RequestRefusal) {
        core.observer?.requestRefused(status: refusal.status, reason: refusal.reason, remoteAddress: peer.address)
        let response = HTTPError(refusal.status, refusal.reason).response
        guard case .bytes(let body) = response.body, let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 512 + body.count)
        ResponseHeadWriter(
            status: response.status, framing: .length(Int64(body.count)), connection: .close,
            dateLine: loop.dateLine(at: .systemNow()), serverLine: settings.serverLine
        ).write(response.headers, to: &buffer)
        buffer.writeBytes(body)
        pending.removeAll()
        pendingBytes = 0
        inbound = .closing(ServerCore.lingerLimit)
        put(.byteBuffer(buffer), to: context, promise: closingPromise(lingering: true))
        flush()
    }
}
