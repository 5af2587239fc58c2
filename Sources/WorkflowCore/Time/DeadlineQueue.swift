import HeapModule
import Synchronization

/// Cancels operations that take too long: any number of them with one task that waits.
///
/// For operations that begin and end often; a single one is served by ``withTimeout(_:clock:_:)``.
final class DeadlineQueue: Sendable {
    fileprivate struct Deadline: Comparable {
        let due: Timestamp
        let id: UInt64

        static func < (left: Deadline, right: Deadline) -> Bool {
            (left.due, left.id) < (right.due, right.id)
        }
    }

    fileprivate struct State {
        /// Those of operations that have ended stay until they come to the top, or are too many.
        var deadlines: Heap<Deadline> = []
        var running: [UInt64: @Sendable () -> Void] = [:]
        var nextID: UInt64 = 0
    }

    private let clock: any EngineClock
    private let executor: (any TaskExecutor)?
    private let state = Mutex(State())
    private let wakeUp = WakeUp()

    /// Creates a queue; ``run()`` must be running for deadlines to have an effect.
    init(clock: any EngineClock, executor: (any TaskExecutor)? = nil) {
        self.clock = clock
        self.executor = executor
    }

    /// Runs an operation that must end within a time. It begins in the calling thread.
    ///
    /// - Parameters:
    ///   - duration: The time.
    ///   - operation: What to run; it is cancelled when the time is over, or with the calling task.
    /// - Throws: ``WorkflowError`` `.limitExceeded` when the time is over, or what `operation` throws.
    func run<Result: Sendable>(
        within duration: Duration, _ operation: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task.immediate(executorPreference: executor) { try await operation() }
        let id = add(due: clock.now.advanced(by: duration)) { task.cancel() }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        guard remove(id) else {
            throw WorkflowError(.limitExceeded, "Took longer than the timeout of \(duration).")
        }
        return try result.get()
    }

    /// Cancels what is over its time until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let now = clock.now
            let (expired, next) = state.withLock { ($0.takeExpired(now: now), $0.deadlines.min?.due) }
            for cancel in expired { cancel() }
            await wakeUp.wait(until: next, clock: clock)
        }
    }

    /// How many deadlines are kept, those of operations that have ended included.
    var pendingCount: Int { state.withLock { $0.deadlines.count } }

    private func add(due: Timestamp, _ cancel: @escaping @Sendable () -> Void) -> UInt64 {
        let (id, isFirst) = state.withLock { state in
            state.nextID += 1
            let isFirst = state.deadlines.min.map { due < $0.due } ?? true
            state.deadlines.insert(Deadline(due: due, id: state.nextID))
            state.running[state.nextID] = cancel
            return (state.nextID, isFirst)
        }
        if isFirst { wakeUp.signal() }
        return id
    }

    /// - Returns: Whether the operation was still within its time.
    private func remove(_ id: UInt64) -> Bool {
        state.withLock { state in
            guard state.running.removeValue(forKey: id) != nil else { return false }
            state.dropEndedIfMany()
            return true
        }
    }
}

extension DeadlineQueue.State {
    fileprivate mutating func takeExpired(now: Timestamp) -> [@Sendable () -> Void] {
        var expired: [@Sendable () -> Void] = []
        while let first = deadlines.min, first.due <= now || running[first.id] == nil {
            deadlines.removeMin()
            if let cancel = running.removeValue(forKey: first.id) { expired.append(cancel) }
        }
        return expired
    }

    fileprivate mutating func dropEndedIfMany() {
        guard deadlines.count > 1024, deadlines.count > 8 * running.count else { return }
        deadlines = Heap(deadlines.unordered.filter { running[$0.id] != nil })
    }
}
