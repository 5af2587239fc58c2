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

    var services: PlatformServices { platform.services }

    /// Opens a platform and calls `body` with it.
    static func with<Result>(
        _ database: TestDatabase = TestDatabase.allCases[0],
        _ configure: (inout PlatformConfiguration) -> Void = { _ in },
        _ body: (TestPlatform) async throws -> Result
    ) async throws -> Result {
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.requestsPerMinute = 1_000_000
        configuration.registrationsPerMinute = 10_000
        configure(&configuration)
        let clock = TestClock()
        let mails = MailRecorder()
        let opened = try await database.open()
        do {
            let platform = try await Platform.open(
                database: opened, configuration: configuration,
                environment: EngineEnvironment(clock: clock, logger: .quiet), mail: mails)
            let test = TestPlatform(platform: platform, clock: clock, mails: mails)
            let running = Task { try await platform.run() }
            defer { running.cancel() }
            let result = try await body(test)
            await opened.close()
            return result
        } catch {
            await opened.close()
            throw error
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
