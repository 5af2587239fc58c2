import Logging
import ServiceLifecycle
import WorkflowCore
import WorkflowHTTP
import WorkflowPlatform

/// The listeners of a platform: for its API, for the requests of workflows, and for metrics.
struct PlatformServers {
    let api: HTTPServer
    let workflows: HTTPServer
    /// `nil` when nobody wants metrics.
    let metrics: HTTPServer?

    /// Starts all of them, or none.
    ///
    /// - Throws: ``WorkflowError`` when one of them cannot listen.
    func start() async throws {
        var started: [HTTPServer] = []
        do {
            for server in all {
                try await server.start()
                started.append(server)
            }
        } catch {
            for server in started { await server.stop(deadline: .zero) }
            throw error
        }
    }

    private var all: [HTTPServer] { [api, workflows] + [metrics].compactMap(\.self) }

    /// Stops them with the process, the last one first.
    ///
    /// - Parameter platform: What has streams on the API, which would hold up its end.
    func services(_ platform: Platform) -> [any Service] {
        [PlatformServerService(server: api, platform: platform)]
            + [workflows, metrics].compactMap { $0.map { PlatformServerService(server: $0) } }
    }

    /// Says where they are.
    var announcement: [String] {
        func address(_ server: HTTPServer) -> String { server.localAddress.map { "http://\($0)" } ?? "" }
        let lines = [
            "The platform listens on \(address(api)).", "Deployed workflows are under \(address(workflows))/w/.",
        ]
        return lines + [metrics].compactMap { $0.map { "Metrics are at \(address($0))/metrics." } }
    }
}

/// Stops a server of the platform with the process.
private struct PlatformServerService: Service {
    let server: HTTPServer
    var platform: Platform?

    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // The process ends for another reason, for which the server stops as well.
        }
        platform?.endStreams()
        await server.stop(deadline: .seconds(10))
    }
}
