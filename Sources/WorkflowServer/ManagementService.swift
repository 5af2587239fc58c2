import Logging
import ServiceLifecycle
import WorkflowCore
import WorkflowHTTP

/// The management API as a part of the process.
struct ManagementService: Service {
    private let server: ManagementServer

    /// Starts the management API.
    ///
    /// - Parameters:
    ///   - address: Where to listen; `nil` for 127.0.0.1:8081, or a free port when that is taken.
    ///   - token: What clients must send.
    ///   - application: What it manages.
    ///   - sockets: The listening sockets that the process was started with.
    ///   - logger: Gets a line when something fails.
    /// - Throws: ``WorkflowError`` when the address is not acceptable or in use.
    init(
        address: String?, token: String, application: ManagedApplication, sockets: InheritedSockets?, logger: Logger
    ) async throws {
        func start(_ address: String) async throws -> ManagementServer {
            var configuration = ManagementServer.Configuration(address: try ListenAddress(address), token: token)
            configuration.inheritedSockets = sockets
            let server = try ManagementServer(
                configuration: configuration, application: application, logger: logger)
            try await server.start()
            return server
        }
        if let address {
            server = try await start(address)
        } else {
            do {
                server = try await start("127.0.0.1:8081")
            } catch let error as WorkflowError where error.code == .unavailable {
                server = try await start("127.0.0.1:0")
            }
        }
    }

    /// Where it listens.
    var url: String {
        "http://\(server.localAddress.map { "\($0)" } ?? "")/api/workflow"
    }

    func run() async throws {
        // Cancelled or asked to stop, which is the same here.
        try? await gracefulShutdown()
        // In a task of its own, since a cancelled one would not wait.
        await Task { await server.stop() }.value
    }
}
