import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import WorkflowCore

/// One HTTP/2 stream, which is one request and its response.
final class HTTP2Stream: ChannelDuplexHandler, RequestBodyTransport, @unchecked Sendable {
    // `@unchecked`: everything but the `let`s is only touched on the event loop.
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Where the stream is in what the client sends.
    enum Inbound {
        case head
        case gathering(RequestHead, [UInt8])
        case streaming(StreamedRequestBody)
        case complete
        /// The response has been sent; so many bytes of the body that nobody reads may still come.
        case discarding(Int)
    }

    static let exchangeID: UInt64 = 1
    /// The client has to take so much of a response within the write timeout. Small, as many streams may share a line.
    static let partSize = 8 * 1024

    let connection: HTTP2Connection
    var context: ChannelHandlerContext?
    var inbound = Inbound.head
    var current: Exchange?
    var roomWaiter: CheckedContinuation<Void, any Error>?
    var needsFlush = false
    var receiveDeadline: NIODeadline?
    var heldSince: NIODeadline?
    var isReadHeld = false
    var writtenBytes = 0
    var sentBytes = 0
    var sendProgress = SendProgress()

    init(connection: HTTP2Connection) {
        self.connection = connection
        self.receiveDeadline = connection.loop.now + connection.settings.readTimeout
    }

    var loop: ServerLoop { connection.loop }
    var core: ServerCore { connection.loop.core }
    var settings: ConnectionSettings { connection.settings }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        isClosed(.clientGone)
        self.context = nil
        connection.remove(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed(.clientGone)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isClosed(.clientGone)
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), inbound) {
        case (.head(let request), .head): receiveHead(request)
        case (.body(let bytes), .gathering(_, let gathered))
        where gathered.count + bytes.readableBytes > ServerCore.gatherLimit:
            refuse(RequestRefusal(.contentTooLarge, "The request body is larger than the limit."))
        case (.body(let bytes), .gathering(let head, var gathered)):
            inbound = .head
            gathered.append(contentsOf: bytes.readableBytesView)
            inbound = .gathering(head, gathered)
        case (.end, .gathering(let head, let gathered)):
            inbound = .complete
            dispatch(head, body: gathered, stream: nil)
        case (.body(let bytes), .streaming(let body)):
            body.append(bytes)
        case (.end, .streaming(let body)):
            inbound = .complete
            body.finish()
        case (.body(let bytes), .discarding(let budget)):
            inbound = .discarding(budget - bytes.readableBytes)
            if budget < bytes.readableBytes { reset(.noError) }
        case (.end, .discarding):
            inbound = .complete
        default: break
        }
    }

    func read(context: ChannelHandlerContext) {
        if case .streaming(let body) = inbound, body.isFull {
            isReadHeld = true
            heldSince = loop.now
        } else {
            context.read()
        }
    }

    func bodyIsDemanded() {
        guard isReadHeld else { return }
        isReadHeld = false
        if let heldSince { receiveDeadline = receiveDeadline.map { $0 + (loop.now - heldSince) } }
        heldSince = nil
        context?.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let waiter = roomWaiter {
            roomWaiter = nil
            waiter.resume()
        }
        context.fireChannelWritabilityChanged()
    }

    private func receiveHead(_ request: HTTPRequest) {
        let head: RequestHead
        do throws(RequestRefusal) {
            head = try RequestHead(request, maxBodyBytes: settings.configuration.maxBodyBytes)
        } catch {
            return refuse(error)
        }
        // Without a length a body may still come, or not: only the end tells. Short ones are gathered all the same
        // when they are announced; the others are streamed.
        switch head.framing {
        case .length(let length) where length <= ServerCore.gatherLimit:
            inbound = .gathering(head, [])
        case .none where head.method == .get || head.method == .head || head.method == .options:
            inbound = .gathering(head, [])
        case .none, .length, .chunked:
            var expected: Int?
            if case .length(let length) = head.framing { expected = length }
            let body = StreamedRequestBody(
                eventLoop: loop.eventLoop, expected: expected, limit: settings.configuration.maxBodyBytes,
                transport: self)
            inbound = .streaming(body)
            dispatch(head, body: [], stream: body)
        }
    }

    private func dispatch(_ head: RequestHead, body: [UInt8], stream: StreamedRequestBody?) {
        connection.begin { [self] in
            if context != nil { start(head, body: body, stream: stream) }
        }
    }

    private func start(_ head: RequestHead, body: [UInt8], stream: StreamedRequestBody?) {
        let record = RequestRecord()
        let request = ServerRequest(
            method: head.method, path: head.target.path, query: head.target.query, headers: head.fields,
            authority: head.authority, isSecure: connection.isSecure,
            remoteAddress: connection.peer.client(head.fields), receivedAt: .systemNow(),
            body: stream.map { RequestBody(source: $0) } ?? RequestBody(bytes: body),
            record: record)
        let exchange = Exchange(
            id: Self.exchangeID, head: head, request: request, record: record, body: stream,
            gatheredBytes: body.count, handlerTimeout: settings.handlerTimeout, loop: loop)
        exchange.begin(request, core: core)
        current = exchange
        let responder = core.responder
        let task = Task.immediate(executorPreference: loop.executor) { [self] in
            await run(request, responder: responder, exchange: Self.exchangeID)
        }
        current?.task = task
    }

    func refuse(_ refusal: RequestRefusal) {
        core.observer?.requestRefused(
            status: refusal.status, reason: refusal.reason, remoteAddress: connection.peer.address)
        writeWhole(HTTPError(refusal.status, refusal.reason).response, declaredLength: nil)
    }

    /// Ends what is in progress because the stream is or will be closed.
    func isClosed(_ ending: HTTPRequestOutcome.Ending) {
        guard let exchange = current else { return }
        current = nil
        exchange.body?.fail(HTTPError(.badRequest, "The stream was closed before the request body was complete."))
        exchange.task?.cancel()
        if let waiter = roomWaiter {
            roomWaiter = nil
            waiter.resume(throwing: CancellationError())
        }
        end(exchange, ending)
    }

    func end(_ exchange: Exchange, _ ending: HTTPRequestOutcome.Ending) {
        exchange.end(ending, remoteAddress: connection.peer.address, protocolName: "HTTP/2", core: core)
    }

    func cut() -> Int {
        let count = current == nil ? 0 : 1
        isClosed(.serverStopped)
        return count
    }

    /// Tells the client that the stream is over without being complete.
    func reset(_ code: NIOHTTP2.HTTP2ErrorCode) {
        guard let context else { return }
        context.triggerUserOutboundEvent(NIOHTTP2FramePayloadToHTTPEvent.reset(code: code), promise: nil)
        context.flush()
    }
}
