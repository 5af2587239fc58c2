import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing
import WorkflowCore
import WorkflowHTTP

/// A server with its own event loops on a free port of the loopback interface.
struct TestServer {
    let server: HTTPServer
    let port: Int

    func connect() async throws -> RawConnection {
        try await RawConnection.open(port: port)
    }

    /// Sends one request on a connection of its own.
    func request(_ text: String, toHead: Bool = false) async throws -> RawResponse {
        let connection = try await connect()
        try await connection.send(text)
        let response = try await connection.response(toHead: toHead)
        try? await connection.close()
        return response
    }

    func get(_ path: String, headers: [String] = []) async throws -> RawResponse {
        let lines = headers.map { $0 + "\r\n" }.joined()
        return try await request("GET \(path) HTTP/1.1\r\nhost: test\r\n\(lines)\r\n")
    }
}

/// Runs a server while `body` runs.
func withServer(
    _ handler: any HTTPHandler, observer: (any HTTPServerObserver)? = nil,
    configure: (inout HTTPServerConfiguration) -> Void = { _ in }, _ body: (TestServer) async throws -> Void
) async throws {
    var configuration = HTTPServerConfiguration(address: ListenAddress(host: "127.0.0.1", port: 0))
    configure(&configuration)
    let loops = HTTPEventLoops(threads: 2)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let server = HTTPServer(
        configuration: configuration, responder: handler, loops: loops, observer: observer, logger: logger)
    try await server.start()
    let port = server.port ?? 0
    do {
        try await body(TestServer(server: server, port: port))
    } catch {
        await server.stop(deadline: .zero)
        try await loops.shutdown()
        throw error
    }
    await server.stop(deadline: .zero)
    try await loops.shutdown()
}

/// Collects what a server tells.
final class RecordingObserver: HTTPServerObserver {
    private let state = Mutex<(outcomes: [HTTPRequestOutcome], refusals: [Int])>(([], []))
    private let finished = AsyncStream.makeStream(of: HTTPRequestOutcome.self)

    var refusals: [Int] { state.withLock { $0.refusals } }

    func requestFinished(_ outcome: HTTPRequestOutcome) {
        state.withLock { $0.outcomes.append(outcome) }
        finished.continuation.yield(outcome)
    }

    func requestRefused(status: HTTPTypes.HTTPResponse.Status, reason: String, remoteAddress: String) {
        state.withLock { $0.refusals.append(status.code) }
    }

    /// Waits for the next outcome.
    func nextOutcome() async -> HTTPRequestOutcome? {
        await finished.stream.first { _ in true }
    }
}

/// Lets one side of a test wait for the other.
final class Signal: Sendable {
    private let stream = AsyncStream.makeStream(of: Void.self)

    func send() {
        stream.continuation.yield()
    }

    func wait() async {
        for await _ in stream.stream { return }
    }
}
