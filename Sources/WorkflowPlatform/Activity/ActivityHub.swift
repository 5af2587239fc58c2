import Synchronization
import WorkflowCore
import WorkflowHTTP

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

    private let listeners = Mutex<[Place: [ObjectIdentifier: EventListener]]>([:])

    /// Says that something has happened; call it when it is committed. Never waits.
    func notify(_ kind: ActivityKind, of workflow: ID<Workflow>) {
        let found = listeners.withLock { $0[Place(kind: kind, workflow: workflow)] }
        for listener in found?.values.map({ $0 }) ?? [] { listener.wake() }
    }

    /// Watches a workflow until the result is dropped.
    func watch(_ kind: ActivityKind, of workflow: ID<Workflow>) -> ActivityWatch {
        let (place, listener) = (Place(kind: kind, workflow: workflow), EventListener())
        let key = ObjectIdentifier(listener)
        listeners.withLock { $0[place, default: [:]][key] = listener }
        return ActivityWatch(listener) { [weak self] in
            self?.listeners.withLock { listeners in
                listeners[place]?[key] = nil
                if listeners[place]?.isEmpty == true { listeners[place] = nil }
            }
        }
    }

    /// How many watch something.
    var watchCount: Int { listeners.withLock { $0.values.reduce(0) { $0 + $1.count } } }
}

/// Waits for what happens in a workflow, for one task.
final class ActivityWatch: Sendable {
    /// What is woken.
    let listener: EventListener
    private let end: @Sendable () -> Void

    fileprivate init(_ listener: EventListener, end: @escaping @Sendable () -> Void) {
        self.listener = listener
        self.end = end
    }

    deinit {
        end()
    }

    /// Waits until something has happened since this returned last, or since the watch began. What happens between
    /// two calls is not lost: the next one returns at once.
    ///
    /// - Returns: `false` when the task is cancelled, or the watch was ended.
    func next() async -> Bool {
        var signals = listener.signals.makeAsyncIterator()
        return await signals.next(isolation: #isolation) != nil
    }
}
