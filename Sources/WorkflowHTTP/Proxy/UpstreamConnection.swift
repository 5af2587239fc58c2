import NIOCore
import NIOHTTP1
import WorkflowCore

/// One connection to a target: sends requests one after the other, and gives the parts of the responses when they are
/// asked for.
///
/// What is not asked for stays with the target: at most ``highWater`` bytes and one read are kept here.
final class UpstreamConnection: ChannelDuplexHandler, @unchecked Sendable {
    // `@unchecked`: the variables are only touched on the event loop.
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart
    typealias Decoder = ByteToMessageHandler<HTTPResponseDecoder>

    /// A part of a response.
    enum Part: Sendable {
        case head(HTTPResponseHead)
        case body([UInt8])
        case end
    }

    static let highWater = 64 * 1024

    let eventLoop: any EventLoop
    var context: ChannelHandlerContext?
    /// Counts the requests, so that what concerns an earlier one does not hit a later one.
    private(set) var exchange: UInt64 = 0
    private var parts = CircularBuffer<Part>(initialCapacity: 4)
    private var bufferedBytes = 0
    private var failure: (any Error)?
    private var isReadHeld = false
    private var isRequestSent = true
    private var isResponseComplete = true
    private var hasBegun = false
    private var keepsAlive = true
    var isRaw = false
    private var reader: CheckedContinuation<Part, any Error>?
    private var readTimeout: TimeAmount?
    private var writer: CheckedContinuation<Void, any Error>?
    private var readTimer: Scheduled<Void>?
    private var writeTimer: Scheduled<Void>?
    /// Since when it has been idle, while it is.
    var idleSince: NIODeadline?

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Whether another request can be sent.
    var isReusable: Bool {
        failure == nil && isRequestSent && isResponseComplete && keepsAlive && parts.isEmpty && !isRaw
            && context?.channel.isActive == true
    }

    /// Whether the response has arrived completely, so that all its parts can be had without waiting.
    var hasWholeResponse: Bool { failure == nil && isResponseComplete }

    // MARK: - From the network

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail(endFailure)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard failure == nil else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard !isResponseComplete, !hasBegun else { return fail(UpstreamFailure.malformed("unasked for")) }
            hasBegun = true
            keepsAlive = head.isKeepAlive
            deliver(.head(head))
        case .body(let bytes):
            bufferedBytes += bytes.readableBytes
            deliver(.body(Array(bytes.readableBytesView)))
        case .end:
            isResponseComplete = true
            deliver(.end)
        }
    }

    func read(context: ChannelHandlerContext) {
        if bufferedBytes >= Self.highWater { isReadHeld = true } else { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { resumeWriter(.success(())) }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState: fail(endFailure)
        case is HTTPParserError, is NIOHTTPDecoderError: fail(UpstreamFailure.malformed("\(error)"))
        default: fail(hasBegun ? UpstreamFailure.closedWithinResponse : .unreachable("\(error)"))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isRaw { deliver(.end) }
        fail(endFailure)
        context.fireChannelInactive()
    }

    private var endFailure: UpstreamFailure { hasBegun ? .closedWithinResponse : .closedBeforeResponse }

    private func deliver(_ part: Part) {
        guard let reader else { return parts.append(part) }
        take(part)
        self.reader = nil
        readTimer?.cancel()
        reader.resume(returning: part)
    }

    private func take(_ part: Part) {
        guard case .body(let bytes) = part else { return }
        bufferedBytes -= bytes.count
        guard isReadHeld, bufferedBytes < Self.highWater else { return }
        isReadHeld = false
        context?.read()
    }

    // MARK: - For the exchange, on the event loop

    /// Begins an exchange with the head of its request.
    func begin(_ head: HTTPRequestHead, exchange: UInt64) {
        self.exchange = exchange
        isRequestSent = false
        isResponseComplete = false
        hasBegun = false
        idleSince = nil
        context?.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    /// Sends what has been written, before more of it may come.
    func flush() {
        context?.flush()
    }

    /// Ends the request.
    func finishRequest() {
        guard failure == nil else { return }
        isRequestSent = true
        context?.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if reader != nil { armReadTimer() }
    }

    /// - Returns: Whether there is room for more.
    func writeBody(_ bytes: [UInt8], exchange: UInt64) throws -> Bool {
        if let failure { throw failure }
        guard self.exchange == exchange, let context, isRaw || !isResponseComplete else { throw CancellationError() }
        let buffer = ByteBuffer(bytes: bytes)
        let data = isRaw ? NIOAny(buffer) : wrapOutboundOut(.body(.byteBuffer(buffer)))
        context.writeAndFlush(data, promise: nil)
        return context.channel.isWritable
    }

    func takeReady() -> Result<Part, any Error>? {
        if let part = parts.popFirst() {
            take(part)
            return .success(part)
        }
        return failure.map { .failure($0) }
    }

    func park(_ continuation: CheckedContinuation<Part, any Error>, within timeout: TimeAmount?, exchange: UInt64) {
        guard self.exchange == exchange else { return continuation.resume(throwing: CancellationError()) }
        if let ready = takeReady() { return continuation.resume(with: ready) }
        reader = continuation
        readTimeout = timeout
        // As long as the request is on its way the delay may be the client's.
        if isRequestSent || hasBegun { armReadTimer() }
    }

    private func armReadTimer() {
        readTimer?.cancel()
        guard let readTimeout else { return }
        readTimer = eventLoop.scheduleTask(in: readTimeout) { self.fail(UpstreamFailure.timedOut) }
    }

    func parkWriter(
        _ continuation: CheckedContinuation<Void, any Error>, within timeout: TimeAmount?, exchange: UInt64
    ) {
        if let failure { return continuation.resume(throwing: failure) }
        guard self.exchange == exchange, let context else { return continuation.resume(throwing: CancellationError()) }
        guard !context.channel.isWritable else { return continuation.resume() }
        writer = continuation
        guard let timeout else { return }
        writeTimer = eventLoop.scheduleTask(in: timeout) { self.fail(UpstreamFailure.timedOut) }
    }

    private func resumeWriter(_ result: Result<Void, any Error>) {
        guard let writer else { return }
        self.writer = nil
        writeTimer?.cancel()
        writer.resume(with: result)
    }

    /// Ends the connection, and what waits for it.
    func fail(_ error: any Error) {
        guard failure == nil else { return }
        failure = error
        readTimer?.cancel()
        resumeWriter(.failure(error))
        if let reader {
            self.reader = nil
            reader.resume(throwing: error)
        }
        context?.close(promise: nil)
    }
}
