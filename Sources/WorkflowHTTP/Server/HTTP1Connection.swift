import HTTPTypes
import NIOCore
import NIOHTTP1
import WorkflowCore

/// One HTTP/1 connection: takes requests from NIO's parser, runs them one after the other, writes the responses.
///
/// It is the only handler between the parser and the end of the pipeline, and does what there would be a handler each
/// for otherwise: pipelining, framing, timeouts, back-pressure.
final class HTTP1Connection: ChannelDuplexHandler, ServerConnection, ResponseTransport, @unchecked Sendable {
    // `@unchecked`: everything but the `let`s is only touched on the event loop.
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Where the connection is in the bytes that the client sends.
    enum Inbound {
        /// Between two requests.
        case head
        /// In a body that is collected before the handler is called.
        case gathering(RequestHead, [UInt8])
        /// In a body that the handler reads.
        case streaming(StreamedRequestBody)
        /// The connection has gone over to another protocol, whose bytes the handler reads.
        case upgraded(StreamedRequestBody)
        /// The request has arrived completely and is not answered yet.
        case complete
        /// In a body that nobody wants any more; so many bytes of it may still come.
        case discarding(Int)
        /// No further request is read; so many bytes are still taken so that the client can read its answer.
        case closing(Int)
    }

    /// What arrived while an earlier request was in progress.
    enum Pending {
        case part(HTTPServerRequestPart)
        case malformed(any Error)
    }

    let loop: ServerLoop
    let settings: ConnectionSettings
    let isSecure: Bool
    let peer: Peer
    var context: ChannelHandlerContext?
    var inbound = Inbound.head
    var current: Exchange?
    var pending = CircularBuffer<Pending>(initialCapacity: 4)
    var pendingBytes = 0
    var lastExchange: UInt64 = 0
    var requestCount = 0
    var isDraining = false
    /// Until when a connection without a request may stay open while the server takes nothing new.
    var firstRequestDeadline: NIODeadline?
    /// The framing of the response in progress, when its body follows in pieces.
    var streamedFraming: ResponseHeadWriter.Framing?
    /// Whether the client waits for `100 Continue` before it sends the body.
    var awaitsContinue = false
    var roomWaiter: CheckedContinuation<Void, any Error>?

    /// When the request being received must be complete; `nil` while none is, or while the client has to wait for us.
    var receiveDeadline: NIODeadline?
    /// Since when the client has had to wait for the handler to read.
    var heldSince: NIODeadline?
    /// When the connection was made or its last response written.
    var lastUse: NIODeadline
    var lingerDeadline: NIODeadline?
    var writtenBytes = 0
    var sendProgress = SendProgress()

    /// Between the first part of a read and its end; responses are flushed together then.
    var isReading = false
    var sawPart = false
    var needsFlush = false
    var isReadHeld = false
    var isProcessingPending = false

    init(loop: ServerLoop, settings: ConnectionSettings, isSecure: Bool, peer: Peer) {
        self.loop = loop
        self.settings = settings
        self.isSecure = isSecure
        self.peer = peer
        self.lastUse = loop.now
    }

    var core: ServerCore { loop.core }

    /// Between two requests, with nothing of the next one received.
    private var isAtRest: Bool {
        if case .head = inbound { pending.isEmpty && receiveDeadline == nil } else { false }
    }

    var idleSince: NIODeadline? { isAtRest && unsentBytes == 0 ? lastUse : nil }

    /// How many bytes the client has not taken yet.
    var unsentBytes: Int { (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self, sweptEvery: settings.sweepInterval)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed(.clientGone)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError {
            receive(.malformed(error))
        } else {
            // Broken sockets and TLS without its end: nothing that an answer could be sent over.
            context.close(promise: nil)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if let waiter = roomWaiter {
                roomWaiter = nil
                waiter.resume()
            }
            processPending()
            resumeReading()
        }
        context.fireChannelWritabilityChanged()
    }

    /// Ends what is in progress because the connection is or will be closed.
    func isClosed(_ ending: HTTPRequestOutcome.Ending) {
        if case .closing = inbound {} else { inbound = .closing(0) }
        pending.removeAll()
        guard let exchange = current else { return }
        current = nil
        exchange.body?.fail(HTTPError(.badRequest, "The connection was closed before the request body was complete."))
        exchange.upgrade?.incoming.fail(CancellationError())
        exchange.task?.cancel()
        if let waiter = roomWaiter {
            roomWaiter = nil
            waiter.resume(throwing: CancellationError())
        }
        exchange.end(ending, remoteAddress: peer.address, protocolName: "HTTP/1.1", core: core)
    }

    func drain() {
        isDraining = true
        guard isAtRest, let context else { return }
        guard requestCount > 0 else {
            // Its first request is on the way, and many clients would not send it a second time.
            firstRequestDeadline = .now() + ServerCore.firstRequestTime
            return
        }
        inbound = .closing(0)
        // After what the client has not taken of its last response.
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer())), promise: closingPromise(lingering: false))
    }

    func cut() -> Int {
        let count = current == nil ? 0 : 1
        isClosed(.serverStopped)
        context?.channel.cutOff()
        return count
    }
}
