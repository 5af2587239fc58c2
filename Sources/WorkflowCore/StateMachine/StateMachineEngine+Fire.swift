import Synchronization

extension StateMachineEngine {
    /// A change of an instance that is asked for.
    private struct Change: Sendable {
        let id: String
        let transition: String
        let data: JSONObject
        let keys: [String]
        let expectedVersion: Int64?
        let actor: String?
    }

    /// Makes a transition and, in the same transaction, applies further changes.
    ///
    /// It is compare-and-set at first. When somebody else was faster, the instance is locked, so that its condition is
    /// evaluated and its outcome written before anybody can change it again.
    ///
    /// - Parameters:
    ///   - transition: The name of the transition.
    ///   - id: The identifier of the instance.
    ///   - data: Data to merge into the instance.
    ///   - keys: What is removed from the data of the instance before.
    ///   - expectedVersion: The version that the instance must have; `nil` for any.
    ///   - actor: Who makes it past the application, for the history; `nil` for the application itself.
    ///   - operations: Further changes of the same transaction.
    /// - Returns: The instance after the transition and the automatic ones that followed.
    /// - Throws: ``WorkflowError``: `.notFound`, `.transitionRefused` when the instance is in another state or the
    ///   condition does not hold, `.conflict` when another transition was faster; ``StoreError`` when one of `operations`
    ///   is in conflict or the store fails.
    public func fire(
        _ transition: String, on id: String, data: JSONObject = [:], removing keys: [String] = [],
        expectedVersion: Int64? = nil, actor: String? = nil, with operations: [StoreTransaction.Operation] = []
    ) async throws -> StateMachineInstance {
        let change = Change(
            id: id, transition: transition, data: data, keys: keys, expectedVersion: expectedVersion,
            actor: actor)
        let instance = try await generation.store.instance(id: id)
        let (plan, machine) = try plan(change, on: instance)
        let clock = generation.environment.clock
        if !contended.contains(id, at: clock.uptime) {
            do {
                try await commit(plan, machine, first: plan.update, operations: operations, events: [])
                return plan.instance
            } catch let error as StoreError where error.code == .conflict && error.operation == 0 {
                contended.insert(id, at: clock.uptime)
            }
        }
        return try await fireLocked(change, expecting: plan, operations)
    }

    /// Makes a transition while nobody else can change the instance.
    ///
    /// - Parameter expected: What it was going to change when the instance was read without a lock.
    private func fireLocked(
        _ change: Change, expecting expected: TransitionPlan, _ operations: [StoreTransaction.Operation]
    ) async throws -> StateMachineInstance {
        try await contended.queue.withLock(change.id) {
            let written = LockedWrite(engine: self)
            try await generation.environment.traces.transition(expected) {
                let trace = generation.environment.traces.current
                try await written.commit(on: change.id) { [self] instance in
                    let (plan, machine) = try plan(change, on: instance, expecting: expected)
                    return prepare(
                        plan, machine, first: plan.update, operations: operations, events: [], trace: trace)
                }
            }
            return try written.instance()
        }
    }

    /// Decides what a change does to an instance.
    ///
    /// - Throws: ``WorkflowError`` as ``fire(_:on:data:removing:expectedVersion:with:)``.
    private func plan(
        _ change: Change, on instance: StateMachineInstance?, expecting expected: TransitionPlan? = nil
    ) throws -> (TransitionPlan, CompiledStateMachine) {
        guard let instance else {
            throw WorkflowError(.notFound, "There is no state-machine instance \"\(change.id)\".")
        }
        guard change.expectedVersion == nil || change.expectedVersion == instance.version else {
            throw WorkflowError(.conflict, "The state-machine instance \"\(change.id)\" has changed.")
        }
        let machine = try machine(instance.workflowType)
        var plan = TransitionPlan(instance: instance)
        for key in change.keys { plan.instance.data.removeValue(forKey: key) }
        do {
            try plan.fire(
                change.transition, data: change.data, actor: change.actor, machine: machine,
                now: generation.environment.clock.now)
        } catch let error as WorkflowError {
            machine.countRefusal(of: change.transition)
            // A condition that does not hold while the instance is locked is the answer; a state that another
            // transition has left meanwhile is a lost race.
            guard let expected, instance.currentState != expected.records.first?.fromState else { throw error }
            throw WorkflowError(.conflict, "Another transition of \"\(change.id)\" was faster.", cause: error)
        }
        return (plan, machine)
    }
}

/// A write whose content is decided while the instance is locked, perhaps more than once.
struct LockedWrite: Sendable {
    private final class Prepared: Sendable {
        let last = Mutex<PreparedTransition?>(nil)
    }

    let engine: StateMachineEngine
    private let prepared = Prepared()

    init(engine: StateMachineEngine) {
        self.engine = engine
    }

    /// Commits what `decide` prepares.
    func commit(
        on id: String, _ decide: @escaping @Sendable (StateMachineInstance?) throws -> PreparedTransition
    ) async throws {
        let undone = StoreError(.conflict, "the transaction was undone")
        do {
            try await engine.generation.store.commit(locking: id) { [engine, prepared] instance in
                if let before = prepared.last.withLock({ $0.take() }) { engine.abandon(before, after: undone) }
                let new = try decide(instance)
                prepared.last.withLock { $0 = new }
                return new.transaction
            }
        } catch {
            if let last = prepared.last.withLock({ $0.take() }) { engine.abandon(last, after: error) }
            throw error
        }
        if let last = prepared.last.withLock({ $0 }) { engine.finish(last) }
    }

    /// The instance after the commit.
    func instance() throws -> StateMachineInstance {
        guard let last = prepared.last.withLock({ $0 }) else {
            throw StoreError(.unavailable, "the store has not decided about the instance")
        }
        return last.plan.instance
    }
}
