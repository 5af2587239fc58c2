import HTTPTypes
import Synchronization
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// A platform with an empty database and a clock that stands still.
struct TestPlatform: Sendable {
    let platform: Platform
    let clock: TestClock
    let mails: MailRecorder
    let engines: EngineManager

    var services: PlatformServices { platform.services }

    /// Opens a platform and calls `body` with it.
    static func with<Value>(
        _ database: TestDatabase = TestDatabase.allCases[0], clock: TestClock = TestClock(),
        _ configure: (inout PlatformConfiguration) throws -> Void = { _ in },
        _ body: (TestPlatform) async throws -> Value
    ) async throws -> Value {
        let opened = try await database.open()
        let result: Result<Value, any Error>
        do {
            result = .success(try await with(on: opened, clock: clock, configure, body))
        } catch {
            result = .failure(error)
        }
        await opened.close()
        return try result.get()
    }

    /// Opens a platform on a database that is there and stays open, and calls `body` with it.
    static func with<Value>(
        on opened: any SQLDatabase, clock: TestClock = TestClock(),
        _ configure: (inout PlatformConfiguration) throws -> Void = { _ in },
        _ body: (TestPlatform) async throws -> Value
    ) async throws -> Value {
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.requestsPerMinute = 1_000_000
        configuration.registrationsPerMinute = 10_000
        configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
        try configure(&configuration)
        let test = try await open(opened, configuration, clock: clock, mails: MailRecorder())
        return try await test.running { try await body(test) }
    }

    /// Opens a platform on a database that is there.
    static func open(
        _ database: any SQLDatabase, _ configuration: PlatformConfiguration, clock: TestClock = TestClock(),
        mails: MailRecorder = MailRecorder()
    ) async throws -> TestPlatform {
        let engines = EngineManager(
            registry: engineTestRegistry, provider: MemoryStores(), settings: engineSettings())
        let platform = try await Platform.open(
            database: database, configuration: configuration,
            environment: EngineEnvironment(clock: clock, logger: .quiet), mail: mails, engines: engines)
        return TestPlatform(platform: platform, clock: clock, mails: mails, engines: engines)
    }

    /// Calls `body` while the platform does what it does by itself; all workflows have stopped afterwards.
    func running<Value>(_ body: () async throws -> Value) async throws -> Value {
        let running = Task { [platform] in try await platform.run() }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        running.cancel()
        try await running.value
        return try result.get()
    }

    /// Sends a request to a deployed workflow.
    func call(_ workflow: ID<Workflow>, _ path: String) async throws -> TestAnswer {
        let request = ServerRequest(
            method: .get, target: "/w/\(workflow)\(path)", remoteAddress: "192.0.2.9", receivedAt: clock.now,
            body: RequestBody(bytes: []))
        do {
            return try await TestAnswer(engines.requests.handle(request))
        } catch let error as HTTPError {
            return try await TestAnswer(error.response)
        }
    }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - token: What to show; `nil` for nothing.
    ///   - body: The body, sent as JSON.
    func send(
        _ method: HTTPRequest.Method, _ path: String, token: String? = nil, _ body: JSONValue? = nil,
        headers: HTTPFields = [:], address: String = "192.0.2.1"
    ) async throws -> TestAnswer {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        if body != nil { headers[.contentType] = headers[.contentType] ?? "application/json" }
        let request = ServerRequest(
            method: method, target: APIPath.prefix + path, headers: headers, remoteAddress: address,
            receivedAt: clock.now, body: RequestBody(bytes: body?.jsonBytes() ?? []))
        do {
            return try await TestAnswer(platform.handler.handle(request))
        } catch let error as HTTPError {
            // As the server does.
            return try await TestAnswer(error.response)
        }
    }
}

/// The answer to a request, with its body collected.
struct TestAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: ServerResponse) async throws {
        status = response.status.code
        headers = response.headers
        switch response.body {
        case .empty: text = ""
        case .bytes(let bytes): text = String(decoding: bytes, as: UTF8.self)
        case .file(let path, _, _): text = path
        case .stream(_, let write):
            let recorder = BodyRecorder()
            try await write(recorder)
            text = String(decoding: recorder.bytes.withLock { $0 }, as: UTF8.self)
        }
    }

    /// The body.
    var json: JSONValue {
        get throws { text.isEmpty ? .null : try JSONValue(parsing: text) }
    }

    /// What is under `data` in the body.
    var data: JSONValue {
        get throws { try json["data"] ?? .null }
    }

    /// The last part of the type of a problem.
    var problem: String? {
        get throws { try json["type"]?.stringValue?.split(separator: ":").last.map(String.init) }
    }
}

private final class BodyRecorder: ResponseWriter {
    let bytes = Mutex<[UInt8]>([])

    func write(_ new: [UInt8]) async throws {
        bytes.withLock { $0 += new }
    }
}

/// Keeps e-mails instead of sending them.
final class MailRecorder: MailSender {
    private struct State {
        var messages: [MailMessage] = []
        var waiting: [CheckedContinuation<MailMessage, Never>] = []
    }

    private let state = Mutex(State())

    func send(_ message: MailMessage) async throws {
        let waiting = state.withLock { state -> CheckedContinuation<MailMessage, Never>? in
            guard !state.waiting.isEmpty else {
                state.messages.append(message)
                return nil
            }
            return state.waiting.removeFirst()
        }
        waiting?.resume(returning: message)
    }

    /// The next message, once there is one.
    func next() async -> MailMessage {
        await withCheckedContinuation { continuation in
            let message = state.withLock { state -> MailMessage? in
                guard !state.messages.isEmpty else {
                    state.waiting.append(continuation)
                    return nil
                }
                return state.messages.removeFirst()
            }
            if let message { continuation.resume(returning: message) }
        }
    }

    /// The token in the link of the next message.
    func nextToken() async -> String {
        let text = await next().text
        return text.split(separator: "token=").last.map { String($0.prefix { !$0.isWhitespace }) } ?? ""
    }

    /// How many messages have come that nobody has taken.
    var count: Int { state.withLock { $0.messages.count } }
}
