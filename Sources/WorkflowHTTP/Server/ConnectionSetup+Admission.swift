import HTTPTypes
import NIOCore
import NIOSSL
import Synchronization

extension ConnectionSetup {
    /// Counts a new connection, and puts its handlers in place or turns it away when there are too many.
    func admit(_ channel: any Channel) -> EventLoopFuture<Void> {
        loop.refreshTime()
        let open = core.openConnections.add(1, ordering: .relaxed).newValue
        let networkLimit = settings.configuration.maxConnectionsPerAddress
        let network = networkLimit == nil ? nil : peer.network
        let isCounted = network.map { core.networkCounts.add($0, limit: networkLimit ?? .max) }
        channel.closeFuture.whenComplete { [core] _ in
            if let network, isCounted == true { core.networkCounts.remove(network) }
            core.connectionClosed()
        }
        if isCounted == false { return reject(channel, "There are too many connections from this address.") }
        // Some room is kept, so that the closing of idle connections has time.
        let limit = core.connectionLimit.load(ordering: .relaxed)
        guard open > limit - limit / 32 else { return put(on: channel) }
        return makeRoom().flatMap {
            guard core.openConnections.load(ordering: .relaxed) > limit else { return put(on: channel) }
            return reject(channel, "There are too many connections.")
        }
    }

    private func put(on channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture { try configure(channel) }
    }

    /// Closes the connections that have been idle for longest on this event loop, or on another when it has none.
    private func makeRoom() -> EventLoopFuture<Void> {
        let eventLoop = loop.eventLoop
        let others = loops.filter { $0 !== loop }
        return others.reduce(Self.closeIdlest(loop)) { found, other in
            found.flatMap {
                $0 ? eventLoop.makeSucceededFuture(true) : Self.closeIdlest(other).hop(to: eventLoop)
            }
        }.map { _ in }
    }

    private static func closeIdlest(_ loop: ServerLoop) -> EventLoopFuture<Bool> {
        // The closed ones are counted off in the next turn of their event loop.
        loop.eventLoop.flatSubmit {
            let found = loop.closeIdlest()
            return loop.eventLoop.submit { found }
        }
    }

    /// Tells a client over a limit so and closes; over TLS just closes.
    private func reject(_ channel: any Channel, _ reason: String) -> EventLoopFuture<Void> {
        core.observer?.requestRefused(status: .serviceUnavailable, reason: reason, remoteAddress: peer.address)
        return channel.eventLoop.makeCompletedFuture {
            if settings.tls == nil {
                try channel.pipeline.syncOperations.addHandler(Rejection())
            } else {
                channel.close(promise: nil)
            }
        }
    }
}

extension Channel {
    /// Closes without the farewell of TLS, for which the client could let us wait.
    func cutOff() {
        if let tls = try? pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
            tls.close(promise: nil)
        } else {
            close(promise: nil)
        }
    }
}

/// Answers a connection that is one too many.
private final class Rejection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        let buffer = ByteBuffer(
            string:
                "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { _ in channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
