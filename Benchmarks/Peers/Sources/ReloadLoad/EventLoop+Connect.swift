import NIOCore
import NIOPosix

extension EventLoop {
    /// Connects on this loop.
    ///
    /// - Parameter setUp: Adds the handlers.
    func connect(
        to address: SocketAddress, timeout: TimeAmount,
        setUp: @escaping @Sendable (ChannelPipeline.SynchronousOperations) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: self)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try setUp(channel.pipeline.syncOperations) }
            }
            .connect(to: address)
    }
}
