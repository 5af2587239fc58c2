import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import WorkflowCore

/// A real `wfserver` process and a client for it.
final class ServerProcess: Sendable {
    private let process: Process
    private let output = Capture()
    private let errors = Capture()

    /// The folder of the package.
    static let packageFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The executable that was built with the tests.
    static let executable =
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path + "/wfserver"

    /// Starts the process.
    ///
    /// - Parameter executable: What to start; by default `wfserver` itself.
    init(_ arguments: [String], environment: [String: String] = [:], executable: String? = nil) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: executable ?? Self.executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output.pipe
        process.standardError = errors.pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        output.start()
        errors.start()
    }

    /// What it printed so far.
    var standardOutput: String { output.text }
    /// What it logged so far.
    var standardError: String { errors.text }
    /// The process identifier.
    var identifier: Int32 { process.processIdentifier }

    /// Waits until the summary names the listener, and returns its port.
    func port() async throws -> Int {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let text = standardOutput
            if text.contains("is ready"), let match = text.firstMatch(of: /https?:\/\/[^\s:]*:(\d+)/),
                let port = Int(match.1)
            {
                return port
            }
            if !process.isRunning { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw WorkflowError(.unavailable, "wfserver did not become ready:\n\(standardOutput)\n\(standardError)")
    }

    /// Waits for the end of the process and of what it prints, and returns its exit status.
    func exitStatus(within limit: Duration = .seconds(60)) async throws -> Int32 {
        let deadline = ContinuousClock.now + limit
        while process.isRunning || !output.isAtEnd || !errors.isAtEnd {
            guard ContinuousClock.now < deadline else {
                kill(SIGKILL)
                throw WorkflowError(.limitExceeded, "wfserver does not end:\n\(standardError)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return process.terminationStatus
    }

    /// Sends a signal.
    func kill(_ signal: Int32) {
        if process.isRunning { Foundation.kill(process.processIdentifier, signal) }
    }

    deinit {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    }
}

/// What a process writes to one of its streams, read by a thread of its own until the end.
private final class Capture: Sendable {
    let pipe = Pipe()
    private let state = Mutex((text: "", isAtEnd: false))

    func start() {
        let handle = pipe.fileHandleForReading
        Thread { [self] in
            while true {
                let data = handle.availableData
                state.withLock { state in
                    state.text += String(decoding: data, as: UTF8.self)
                    state.isAtEnd = data.isEmpty
                }
                if data.isEmpty { return }
            }
        }.start()
    }

    var text: String { state.withLock { $0.text } }
    var isAtEnd: Bool { state.withLock { $0.isAtEnd } }
}

/// Runs `body` with a temporary folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = NSTemporaryDirectory() + "workflow-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

/// Makes requests with JSON bodies.
struct TestClient: Sendable {
    /// An answer.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]
        var json: JSONValue? { try? JSONValue(parsing: body) }
    }

    let base: String
    var token: String?
    var timeout: TimeAmount = .seconds(30)

    init(port: Int, token: String? = nil) {
        self.base = "http://127.0.0.1:\(port)"
        self.token = token
    }

    func send(
        _ method: String, _ path: String, json: JSONValue? = nil, body: [UInt8]? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        if let bytes = body ?? json?.jsonBytes() {
            request.body = .bytes(ByteBuffer(bytes: bytes))
            if request.headers["content-type"].isEmpty {
                request.headers.add(name: "content-type", value: "application/json")
            }
        }
        let response = try await HTTPClient.shared.execute(request, timeout: timeout)
        let buffer = try await response.body.collect(upTo: 16 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers, body: Array(buffer.readableBytesView))
    }

    /// Registers a customer and returns a client that is logged in.
    func registered(email: String) async throws -> TestClient {
        let answer = try await send(
            "POST", "/api/auth/register",
            json: ["email": .string(email), "name": "Tester", "password": "correct horse battery"])
        guard let token = answer.json?["token"]?.stringValue else {
            throw WorkflowError(.internal, "Registration answered \(answer.status).")
        }
        var client = self
        client.token = token
        return client
    }
}

/// Calls `condition` until it is true.
func eventually(
    within limit: Duration = .seconds(60), _ what: String, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw WorkflowError(.limitExceeded, "Never happened: \(what)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
