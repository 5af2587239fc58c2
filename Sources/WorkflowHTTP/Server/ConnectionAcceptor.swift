import Logging
import NIOCore
import NIOPosix

/// Makes connections of the server out of what its sockets accept.
struct ConnectionAcceptor: Sendable {
    let core: ServerCore
    let loops: [ServerLoop]
    private let group: any EventLoopGroup
    private let loopOfEventLoop: [ObjectIdentifier: ServerLoop]

    /// - Parameters:
    ///   - core: What the connections share.
    ///   - group: The event loops that the connections run on.
    init(core: ServerCore, group: any EventLoopGroup) {
        self.core = core
        self.group = group
        loops = group.makeIterator().map { ServerLoop(core: core, eventLoop: $0) }
        loopOfEventLoop = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
    }

    /// Sets a new connection up, on its event loop.
    ///
    /// - Parameter accepted: The socket, when the channel does not know yet who is at the other end.
    func admit(_ channel: any Channel, of accepted: AcceptedSocket? = nil) -> EventLoopFuture<Void> {
        guard let loop = loopOfEventLoop[ObjectIdentifier(channel.eventLoop)] else {
            return channel.eventLoop.makeFailedFuture(ForeignEventLoop())
        }
        let settings = core.settings
        let proxies = settings.trustedProxies
        let peer = accepted.map { Peer(address: $0.address, proxies: proxies) } ?? Peer(of: channel, proxies: proxies)
        return ConnectionSetup(loop: loop, loops: loops, settings: settings, peer: peer).admit(channel)
    }

    /// Takes a connection over that was accepted without NIO.
    func take(_ accepted: AcceptedSocket) {
        var bootstrap = ClientBootstrap(group: group).channelInitializer { admit($0, of: accepted) }
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
