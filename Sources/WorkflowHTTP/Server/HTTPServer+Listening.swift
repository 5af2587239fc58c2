import NIOCore
import NIOPosix
import WorkflowCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

extension HTTPServer {
    /// Opens the sockets of the server, or uses those that the process was started with.
    ///
    /// - Throws: ``WorkflowError`` with code `unavailable` that names the address, the reason and a way out.
    func listen(_ acceptor: ConnectionAcceptor) async throws -> [ListeningSocket] {
        do {
            let inherited = configuration.inheritedSockets?.sockets(for: configuration.address) ?? []
            return inherited.isEmpty ? [try await bind(acceptor)] : try use(inherited, acceptor)
        } catch {
            throw BindFailure.error(for: error, address: configuration.address)
        }
    }

    private func use(_ sockets: [InheritedSocket], _ acceptor: ConnectionAcceptor) throws -> [ListeningSocket] {
        var used: [ListeningSocket] = []
        do {
            for socket in sockets {
                used.append(.inherited(try InheritedAcceptor(socket, acceptor, backlog: configuration.backlog)))
            }
        } catch {
            for socket in used { socket.cancel() }
            throw error
        }
        return used
    }

    private func bind(_ acceptor: ConnectionAcceptor) async throws -> ListeningSocket {
        var bootstrap = bootstrap(acceptor)
        switch configuration.address.endpoint {
        case .unix(let path):
            let channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            let file = try await acceptor.core.threadPool.runIfActive { SocketFile(path: path) }
            return .own(channel, file)
        case .tcp(let host, let port):
            if configuration.reusePort {
                bootstrap = bootstrap.serverChannelOption(
                    ChannelOptions.socket(SocketOptionLevel(SOL_SOCKET), SO_REUSEPORT), value: 1)
            }
            return .own(try await bind(bootstrap, host: host, port: port), nil)
        }
    }

    private func bind(_ bootstrap: ServerBootstrap, host: String?, port: Int) async throws -> any Channel {
        if let host { return try await bootstrap.bind(host: host, port: port).get() }
        // `::` takes IPv4 as well; a machine without IPv6 has only `0.0.0.0`.
        do {
            return try await bootstrap.bind(host: "::", port: port).get()
        } catch let error as IOError where BindFailure.isWithoutIPv6(error) {
            return try await bootstrap.bind(host: "0.0.0.0", port: port).get()
        }
    }

    private func bootstrap(_ acceptor: ConnectionAcceptor) -> ServerBootstrap {
        let bootstrap = ServerBootstrap(group: loops.group)
            .serverChannelOption(ChannelOptions.backlog, value: Int32(clamping: configuration.backlog))
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: false)
            .childChannelInitializer { acceptor.admit($0) }
        guard case .tcp = configuration.address.endpoint else { return bootstrap }
        return bootstrap.childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
    }
}
