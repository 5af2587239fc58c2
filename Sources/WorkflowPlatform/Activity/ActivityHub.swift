import Synchronization

/// What there is to watch of a workflow.
enum ActivityKind: String, Sendable, CaseIterable {
    /// The lines of its log.
    case logs
    /// What becomes of its executions.
    case executions
}

/// Tells those who watch a workflow that something happened in it; what happened they read from the database.
final class ActivityHub: Sendable {
    private struct Place: Hashable {
        let kind: ActivityKind
        let workflow: ID<Workflow>
    }

    private let listeners = Mutex<[Place: [ObjectIdentifier: AsyncStream<Void>.Continuation]]>([:])

    /// Says that something has happened; call it when it is committed. Never waits.
    func notify(_ kind: ActivityKind, of workflow: ID<Workflow>) {
        let found = listeners.withLock { $0[Place(kind: kind, workflow: workflow)] }
        for listener in found?.values.map({ $0 }) ?? [] { listener.yield() }
    }

    /// Watches a workflow until the result is dropped.
    func watch(_ kind: ActivityKind, of workflow: ID<Workflow>) -> ActivityWatch {
        let place = Place(kind: kind, workflow: workflow)
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let watch = ActivityWatch(signals) { [weak self] key in self?.listeners.withLock { $0[place]?[key] = nil } }
        listeners.withLock { $0[place, default: [:]][ObjectIdentifier(watch)] = continuation }
        return watch
    }
}

/// Waits for what happens in a workflow, for one task.
final class ActivityWatch: Sendable {
    private let signals: AsyncStream<Void>
    private let end: @Sendable (ObjectIdentifier) -> Void

    fileprivate init(_ signals: AsyncStream<Void>, end: @escaping @Sendable (ObjectIdentifier) -> Void) {
        self.signals = signals
        self.end = end
    }

    deinit {
        end(ObjectIdentifier(self))
    }

    /// Waits until something has happened since this returned last, or since the watch began.
    ///
    /// - Returns: `false` when the task is cancelled, or the watch was ended.
    func next() async -> Bool {
        var signals = signals.makeAsyncIterator()
        return await signals.next(isolation: #isolation) != nil
    }
}
