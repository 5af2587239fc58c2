import NIOCore
import NIOHTTP1

/// A connection that makes one request at a time.
final class RequestConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        case idle
        case awaitingHead
        case awaitingEnd(HTTPResponseHead)
        case closed
    }

    private let badBody: String?
    private let finished: (String?) -> Void
    private let closedIdle: () -> Void
    private var state = State.idle
    private var context: ChannelHandlerContext?
    private var body = ByteBuffer()

    /// - Parameters:
    ///   - badBody: What the body of a good answer does not have in it.
    ///   - finished: Called at the end of each request, with the kind of failure or `nil`.
    ///   - closedIdle: Called when the server closes the connection without a request.
    init(badBody: String?, finished: @escaping (String?) -> Void, closedIdle: @escaping () -> Void) {
        self.badBody = badBody
        self.finished = finished
        self.closedIdle = closedIdle
    }

    /// Whether a request can be made.
    var isUsable: Bool {
        if case .idle = state { context != nil } else { false }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// Makes a request.
    func send(_ head: HTTPRequestHead) {
        guard isUsable, let context else { return finished("connection closed") }
        state = .awaitingHead
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Closes the connection; nothing is told of it.
    func close() {
        state = .closed
        context?.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .awaitingHead):
            guard head.status.code >= 200 else { return }
            state = .awaitingEnd(head)
            body.clear()
        case (.body(var part), .awaitingEnd):
            // Only the beginning, so that large files cost nothing.
            if badBody != nil, body.readableBytes < 4096 { body.writeBuffer(&part) }
        case (.end, .awaitingEnd(let head)):
            end(head)
        default: break
        }
    }

    private func end(_ head: HTTPResponseHead) {
        if head.isKeepAlive { state = .idle } else { close() }
        guard (200..<300).contains(head.status.code) else { return finished("status \(head.status.code)") }
        if let badBody, String(buffer: body).contains(badBody) { return finished("body with \(badBody)") }
        finished(nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail("connection closed")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(FailureKind.name(of: error))
        context.close(promise: nil)
    }

    private func fail(_ kind: String) {
        let before = state
        state = .closed
        switch before {
        case .idle: closedIdle()
        case .awaitingHead: finished(kind)
        case .awaitingEnd: finished("\(kind) within the answer")
        case .closed: break
        }
    }
}
