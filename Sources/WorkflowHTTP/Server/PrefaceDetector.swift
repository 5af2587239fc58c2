import NIOCore

/// Finds out whether a plain connection speaks HTTP/2 from its first bytes, and sets it up accordingly.
final class PrefaceDetector: ChannelInboundHandler, RemovableChannelHandler, ServerConnection, @unchecked Sendable {
    // `@unchecked`: the variables are only touched on the event loop.
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    let idleSince: NIODeadline? = nil
    private let setup: ConnectionSetup
    private var deadline: NIODeadline
    private var context: ChannelHandlerContext?
    private var received: ByteBuffer?

    init(_ setup: ConnectionSetup) {
        self.setup = setup
        self.deadline = setup.loop.now + setup.settings.readTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        setup.loop.add(self, sweptEvery: setup.settings.sweepInterval)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        setup.loop.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = received ?? ByteBuffer()
        var new = unwrapInboundIn(data)
        bytes.writeBuffer(&new)
        received = bytes
        let count = min(bytes.readableBytes, Self.preface.count)
        let isPrefix = bytes.readableBytesView.prefix(count).elementsEqual(Self.preface.prefix(count))
        guard !isPrefix || count == Self.preface.count else { return }
        do {
            if isPrefix {
                try setup.addHTTP2(to: context.channel, isSecure: false)
            } else {
                try setup.addHTTP1(to: context.channel, isSecure: false)
            }
        } catch {
            return context.close(promise: nil)
        }
        received = nil
        context.fireChannelRead(wrapInboundOut(bytes))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func sweep(now: NIODeadline) {
        if now >= deadline { context?.close(promise: nil) }
    }

    /// A client that is about to send its first request gets its answer.
    func drain() {
        deadline = min(deadline, .now() + ServerCore.firstRequestTime)
    }

    func cut() -> Int {
        context?.close(promise: nil)
        return 0
    }
}
