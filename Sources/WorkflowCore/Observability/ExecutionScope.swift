import Synchronization

/// What a run of a workflow is known by to those who look on, and how it is stopped.
public final class ExecutionScope: Sendable {
    private struct State {
        var isCancelled = false
        var cancel: [@Sendable () -> Void] = []
    }

    /// The run that the current task belongs to; `nil` when nobody looks on.
    @TaskLocal public static var current: ExecutionScope?

    /// What the life of the instance is known by whose hook the current task runs; `nil` when it runs none, or nobody
    /// looks on.
    @TaskLocal public static var owner: String?

    /// The identifier of what the current task works for: a run, or the life of an instance; `nil` when nobody looks on.
    public static var currentID: String? { current?.id ?? owner }

    /// The identifier of the run.
    public let id: String
    /// The identifier of the run that has called it; `nil` when something else has.
    public let parent: String?
    private let state = Mutex(State())

    /// Creates a scope.
    ///
    /// - Parameters:
    ///   - id: The identifier of the run.
    ///   - parent: The identifier of the run that has called it.
    public init(id: String, parent: String? = nil) {
        self.id = id
        self.parent = parent
    }

    /// Whether the run is to stop.
    public var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Whether there is something to the run that can be stopped.
    public var canBeCancelled: Bool { state.withLock { !$0.cancel.isEmpty } }

    /// Has the run stop.
    public func cancel() {
        let cancel = state.withLock { state in
            state.isCancelled = true
            return state.cancel
        }
        for cancel in cancel { cancel() }
    }

    /// Adds what stops a part of the run; called at once when the run is to stop already.
    public func onCancel(_ cancel: @escaping @Sendable () -> Void) {
        let isCancelled = state.withLock { state in
            state.cancel.append(cancel)
            return state.isCancelled
        }
        if isCancelled { cancel() }
    }
}
