#if PostgreSQL
import CLibPQ
import WorkflowStore

/// Lets a task that was cancelled end the statement that runs for it.
///
/// The request travels on a connection of its own and names the connection, not the statement: the thread of the
/// connection waits for the end of a request before it does anything else, or the request would end another statement.
final class StatementCancellation: Sendable {
    /// What libpq needs to make the request.
    ///
    /// `@unchecked Sendable`: it is a copy of the address and the key of the connection, which never changes.
    private struct Target: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private struct State {
        var isCancelled = false
        var target: Target?
        var isRequesting = false
    }

    private let monitor = Monitor(State())

    /// Runs a statement that ``cancel()`` can end. Blocks.
    ///
    /// - Parameters:
    ///   - handle: The connection that the statement uses.
    ///   - body: The statement.
    /// - Throws: What `body` throws; `CancellationError` when the task was cancelled before its end.
    func run<Result>(on handle: OpaquePointer, _ body: () throws -> Result) throws -> Result {
        let isCancelled = monitor.withLock { state in
            if !state.isCancelled { state.target = PQgetCancel(handle).map(Target.init) }
            return state.isCancelled
        }
        guard !isCancelled else { throw CancellationError() }
        let result = Swift.Result { try body() }
        guard !finish() else { throw CancellationError() }
        return try result.get()
    }

    /// Ends the statement that runs, and lets none begin. Does not block.
    func cancel() {
        let target = monitor.withLock { state -> Target? in
            guard !state.isCancelled else { return nil }
            state.isCancelled = true
            state.isRequesting = state.target != nil
            return state.target
        }
        guard let target else { return }
        let isStarted = WorkerThread.start("wf-postgres-cancel") { [self] in
            Self.request(target.pointer)
            requestEnded()
        }
        // Without a thread the statement goes on to its end.
        if !isStarted { requestEnded() }
    }

    /// Asks the server to end what a connection does. Blocks.
    static func request(_ target: OpaquePointer) {
        var reason = [CChar](repeating: 0, count: 256)
        // When the server cannot be reached, the statement ends with its connection.
        _ = PQcancel(target, &reason, Int32(reason.count))
    }

    /// Waits until no request is under way.
    ///
    /// - Returns: Whether the task was cancelled.
    private func finish() -> Bool {
        let (target, isCancelled) = monitor.wait { state -> Awaited<(Target?, Bool)> in
            guard !state.isRequesting else { return .wait(nil) }
            defer { state.target = nil }
            return .value((state.target, state.isCancelled))
        }
        if let target { PQfreeCancel(target.pointer) }
        return isCancelled
    }

    private func requestEnded() {
        monitor.withLock { $0.isRequesting = false }
        monitor.broadcast()
    }
}
#endif
