import Synchronization
import WorkflowCore

/// Who hears of the events of deployed workflows, beside their brokers. All managers with the same settings share it.
public final class EventTaps: Sendable {
    private let make = Mutex<(@Sendable (ID<Workflow>) -> (any MessageBroker)?)?>(nil)

    /// Creates taps that nobody listens at.
    public init() {}

    /// Has the events of engines heard that are started from now on.
    ///
    /// - Parameter make: Makes what hears of those of a workflow, `nil` for nobody; see ``GenerationContext/audience``.
    func install(_ make: @escaping @Sendable (ID<Workflow>) -> (any MessageBroker)?) {
        self.make.withLock { $0 = make }
    }

    /// What hears of the events of a workflow; `nil` for nobody.
    subscript(workflow: ID<Workflow>) -> (any MessageBroker)? { make.withLock { $0 }?(workflow) }
}
