import Logging
import NIOCore
import NIOPosix

/// Makes connections of the server out of what its sockets accept.
struct ConnectionAcceptor: Sendable {
    let core: ServerCore
    let loops: [ServerLoop]
    private let group: any EventLoopGroup
    private let loopOfEventLoop: [ObjectIdentifier: ServerLoop]
    private let tls: @Sendable () -> TLSContext?

    /// - Parameters:
    ///   - core: What the connections share.
    ///   - group: The event loops that the connections run on.
    ///   - tls: The certificates that a new connection uses.
    init(core: ServerCore, group: any EventLoopGroup, tls: @escaping @Sendable () -> TLSContext?) {
        self.core = core
        self.group = group
        loops = group.makeIterator().map { ServerLoop(core: core, eventLoop: $0) }
        loopOfEventLoop = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
        self.tls = tls
    }

    /// Sets a new connection up, on its event loop.
    ///
    /// - Parameter peer: Who is at the other end, when the channel does not know yet.
    func admit(_ channel: any Channel, from peer: Peer? = nil) -> EventLoopFuture<Void> {
        guard let loop = loopOfEventLoop[ObjectIdentifier(channel.eventLoop)] else {
            return channel.eventLoop.makeFailedFuture(ForeignEventLoop())
        }
        return ConnectionSetup(
            loop: loop, loops: loops, tls: tls(), peer: peer ?? Peer(of: channel, proxies: core.trustedProxies)
        ).admit(channel)
    }

    /// Takes a connection over that was accepted without NIO.
    func take(_ accepted: AcceptedSocket) {
        let peer = Peer(address: accepted.address, proxies: core.trustedProxies)
        var bootstrap = ClientBootstrap(group: group).channelInitializer { admit($0, from: peer) }
        if !accepted.isLocal {
            bootstrap = bootstrap.channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
        }
        bootstrap.withConnectedSocket(accepted.descriptor).whenFailure { [core] error in
            core.logger.debug("A connection ended before it was set up", metadata: ["error": "\(error)"])
        }
    }

    /// Waits until the event loops have set up the connections that were accepted up to now.
    ///
    /// - Parameter eventLoop: One that has to hear of that as well.
    func settle(before eventLoop: (any EventLoop)? = nil) async throws {
        // Twice: the second time for those that first had to make room.
        for _ in 0..<2 {
            for loop in loops { try await loop.eventLoop.submit {}.get() }
            try await eventLoop?.submit {}.get()
        }
    }

    private struct ForeignEventLoop: Error, CustomStringConvertible {
        var description: String { "A connection came on a foreign event loop." }
    }
}
