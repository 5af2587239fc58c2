/// Open instances of one definition in one state that a new configuration does not have.
public struct StrandedInstances: Sendable, Hashable, CustomStringConvertible {
    /// Why the instances are stranded.
    public enum Reason: String, Sendable {
        /// The new configuration has no definition of this name.
        case definitionGone
        /// The new definition does not have the state.
        case stateGone
    }

    /// The name of the definition.
    public let definition: String
    /// The state that the instances are in.
    public let state: String
    /// How many there are.
    public let count: Int
    /// Why they are stranded.
    public let reason: Reason
    /// Whether the configuration that runs does not have the state either, so that the reload changes nothing for them.
    public let wasStrandedBefore: Bool

    /// Finds the instances that would be stranded.
    ///
    /// - Parameters:
    ///   - open: The open instances; see ``StateStore/openInstanceStates()``.
    ///   - newStates: The states of the new definitions.
    ///   - oldStates: The states of the definitions that run.
    /// - Returns: The groups in the order of `open`.
    public static func find(
        _ open: [OpenInstanceState], in newStates: StateMachineStates, before oldStates: StateMachineStates = [:]
    ) -> [StrandedInstances] {
        open.compactMap { group in
            let states = newStates[group.workflowType]
            if states?.contains(group.state) == true { return nil }
            return StrandedInstances(
                definition: group.workflowType, state: group.state, count: group.count,
                reason: states == nil ? .definitionGone : .stateGone,
                wasStrandedBefore: oldStates[group.workflowType]?.contains(group.state) != true)
        }
    }

    /// Finds the instances that a plan would strand.
    ///
    /// - Parameters:
    ///   - store: Where the instances are.
    ///   - plan: The plan.
    /// - Throws: ``StoreError``.
    public static func find(in store: any StateStore, plan: ReloadPlan) async throws -> [StrandedInstances] {
        find(try await store.openInstanceStates(), in: plan.newStates, before: plan.oldStates)
    }

    /// What is stranded, in one line.
    public var description: String {
        let who = "\(definition): \(count) in \"\(state)\""
        let past = wasStrandedBefore ? " (as before)" : ""
        return switch reason {
        case .definitionGone: "\(who), whose definition is gone\(past)"
        case .stateGone: "\(who), which the definition no longer has\(past)"
        }
    }

    /// The group as JSON: `{"definition", "state", "count", "reason", "strandedBefore"}`.
    public var json: JSONValue {
        [
            "definition": .string(definition), "state": .string(state), "count": .integer(Int64(count)),
            "reason": .string(reason.rawValue), "strandedBefore": .bool(wasStrandedBefore),
        ]
    }
}
