import Foundation
import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// A stream of events that a test reads.
final class TestStream: ResponseWriter {
    struct Event: Sendable, Equatable {
        var id = ""
        var name = ""
        var data: JSONValue = .null
    }

    fileprivate struct State {
        var bytes: [UInt8] = []
        var events: [Event] = []
        var lastID = ""
        var heartbeats = 0
        var writes = 0
        var isPaused = false
        var hasEnded = false
        var paused: CheckedContinuation<Void, Never>?
        var waiting: [(isDone: @Sendable (State) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func takeDone() -> [CheckedContinuation<Void, Never>] {
            let (all, now) = (waiting, self)
            waiting = all.filter { !$0.isDone(now) }
            return all.filter { $0.isDone(now) }.map(\.continuation)
        }
    }

    private let state = Mutex(State())
    private let task: Mutex<Task<Void, any Error>?> = Mutex(nil)

    /// Begins to read the body of an answer.
    ///
    /// - Parameter isPaused: Whether the first bytes that come are not taken.
    init(_ write: @escaping @Sendable (any ResponseWriter) async throws -> Void, isPaused: Bool = false) {
        state.withLock { $0.isPaused = isPaused }
        let task = Task { [self] in
            defer { change { $0.hasEnded = true } }
            try await write(self)
        }
        self.task.withLock { $0 = task }
    }

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        change { state in
            state.bytes += bytes
            state.writes += 1
            state.read()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    guard state.isPaused, !Task.isCancelled else { return true }
                    state.paused = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            resume()
        }
        try Task.checkCancellation()
    }

    private func change(_ body: (inout State) -> Void) {
        let done = state.withLock { state in
            body(&state)
            return state.takeDone()
        }
        for continuation in done { continuation.resume() }
    }

    private func wait(_ isDone: @escaping @Sendable (State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if isDone(state) { return true }
                state.waiting.append((isDone, continuation))
                return false
            }
            if goesOn { continuation.resume() }
        }
    }

    /// Takes what comes again.
    func resume() {
        let paused = state.withLock { state in
            state.isPaused = false
            defer { state.paused = nil }
            return state.paused
        }
        paused?.resume()
    }

    /// The events with a name, once there are so many, or the stream has ended.
    func events(_ name: String, _ count: Int) async -> [Event] {
        await wait { $0.hasEnded || $0.events.count(where: { $0.name == name }) >= count }
        return all.filter { $0.name == name }
    }

    /// All events so far.
    var all: [Event] { state.withLock { $0.events } }

    /// How often something was written so far.
    var writes: Int { state.withLock { $0.writes } }

    /// The identifier to go on after.
    var lastID: String { state.withLock { $0.lastID } }

    /// Returns when there were so many signs of life.
    func untilHeartbeats(_ count: Int) async { await wait { $0.hasEnded || $0.heartbeats >= count } }

    /// Returns when something was written.
    func untilBegun() async { await wait { $0.hasEnded || $0.writes > 0 } }

    /// Why the stream has ended, once it has.
    func ending() async -> JSONValue? {
        await wait { $0.hasEnded }
        return all.last.flatMap { $0.name == "end" ? $0.data["reason"] : nil }
    }

    /// Goes away, as readers do; returns when the stream has ended.
    func close() async {
        let task = task.withLock { $0 }
        task?.cancel()
        _ = await task?.result
    }
}

extension TestStream.State {
    /// Takes complete blocks apart.
    fileprivate mutating func read() {
        let text = String(decoding: bytes, as: UTF8.self)
        var blocks = text.components(separatedBy: "\n\n")
        bytes = Array(blocks.removeLast().utf8)
        for block in blocks {
            var event = TestStream.Event()
            for line in block.split(separator: "\n") {
                let value = String(line.drop { $0 != ":" }.dropFirst(2))
                switch line.prefix(while: { $0 != ":" }) {
                case "id": (event.id, lastID) = (value, value)
                case "event": event.name = value
                case "data": event.data = (try? JSONValue(parsing: value)) ?? .null
                case "": heartbeats += 1
                default: break
                }
            }
            if !event.name.isEmpty { events.append(event) }
        }
    }
}

extension TestPlatform {
    /// Opens a stream.
    ///
    /// - Returns: The stream, or the answer when there is none.
    func stream(
        _ path: String, token: String? = nil, after id: String? = nil, isPaused: Bool = false
    ) async throws -> (stream: TestStream?, refusal: TestAnswer?) {
        var headers: HTTPFields = [:]
        if let token { headers[.authorization] = "Bearer \(token)" }
        if let id, let name = HTTPField.Name("Last-Event-ID") { headers[name] = id }
        let request = ServerRequest(
            method: .get, target: APIPath.prefix + path, headers: headers, remoteAddress: "192.0.2.1",
            receivedAt: clock.now, body: RequestBody(bytes: []))
        let response: ServerResponse
        do {
            response = try await platform.handler.handle(request)
        } catch let error as HTTPError {
            return (nil, try await TestAnswer(error.response))
        }
        guard case .stream(_, let write) = response.body, response.status == .ok else {
            return (nil, try await TestAnswer(response))
        }
        #expect(response.headers[.contentType] == "text/event-stream")
        return (TestStream(write, isPaused: isPaused), nil)
    }

    /// Calls `body` with a stream that must open, and closes it.
    func withStream(
        _ path: String, token: String? = nil, after id: String? = nil, isPaused: Bool = false,
        _ body: (TestStream) async throws -> Void
    ) async throws {
        let opened = try await stream(path, token: token, after: id, isPaused: isPaused)
        let stream = try #require(opened.stream, "\(opened.refusal?.text ?? "")")
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(stream))
        } catch {
            result = .failure(error)
        }
        await stream.close()
        try result.get()
    }
}
