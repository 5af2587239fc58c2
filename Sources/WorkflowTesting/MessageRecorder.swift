import Synchronization
public import WorkflowCore

/// A message handler that remembers what it was given.
///
/// ```swift
/// let recorder = MessageRecorder()
/// let subscription = try await broker.subscribe(to: "order.*", name: "test", handler: recorder)
/// let messages = try await recorder.waitForMessages(3)
/// ```
public final class MessageRecorder: MessageHandler {
    private struct State {
        var delivered: [Message] = []
        var handled: [Message] = []
        var waiting: [(count: Int, gate: TestGate)] = []
    }

    private let state = Mutex(State())
    private let body: @Sendable (Message) async throws -> Void

    /// Creates a recorder.
    ///
    /// - Parameter body: Runs at each delivery; when it throws, so does the handler.
    public init(_ body: @escaping @Sendable (Message) async throws -> Void = { _ in }) {
        self.body = body
    }

    /// All deliveries in the order in which they began.
    public var delivered: [Message] { state.withLock { $0.delivered } }

    /// The messages that were handled without an error, in the order in which they were done.
    public var handled: [Message] { state.withLock { $0.handled } }

    public func handle(_ message: Message) async throws {
        state.withLock { $0.delivered.append(message) }
        try await body(message)
        let gates = state.withLock { state in
            state.handled.append(message)
            let count = state.handled.count
            defer { state.waiting.removeAll { $0.count <= count } }
            return state.waiting.filter { $0.count <= count }
        }
        for (_, gate) in gates { gate.open() }
    }

    /// Returns the messages that were handled without an error when there are at least `count`.
    ///
    /// - Throws: ``ConformanceFailure`` when that takes longer than `limit`.
    @discardableResult
    public func waitForMessages(_ count: Int, limit: Duration = .seconds(10)) async throws -> [Message] {
        let gate = TestGate()
        let isThere = state.withLock { state in
            if state.handled.count >= count { return true }
            state.waiting.append((count, gate))
            return false
        }
        if !isThere {
            try await withTimeLimit("Delivery of \(count) messages", limit: limit) { try await gate.wait() }
        }
        return handled
    }
}
