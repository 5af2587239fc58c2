/// How many instances of a definition that are not completed are in one state.
public struct OpenInstanceState: Sendable, Hashable {
    /// The name of the definition.
    public var workflowType: String
    /// The state.
    public var state: String
    /// The number of instances; at least 1.
    public var count: Int

    /// Creates a count.
    public init(workflowType: String, state: String, count: Int) {
        self.workflowType = workflowType
        self.state = state
        self.count = count
    }
}

extension OpenInstanceState {
    private struct Place: Hashable {
        let workflowType: ExactString
        let state: ExactString
    }

    /// Counts instances by definition and state, in the order of their bytes.
    package static func count(
        _ instances: some Sequence<(workflowType: String, state: String, count: Int)>
    ) -> [OpenInstanceState] {
        var counts: [Place: Int] = [:]
        for instance in instances {
            let place = Place(workflowType: ExactString(instance.workflowType), state: ExactString(instance.state))
            counts[place, default: 0] += instance.count
        }
        return counts.sorted { ($0.key.workflowType, $0.key.state) < ($1.key.workflowType, $1.key.state) }
            .map {
                OpenInstanceState(workflowType: $0.key.workflowType.text, state: $0.key.state.text, count: $0.value)
            }
    }
}

extension StateStore {
    /// Counts by reading all open instances; stores that can count do it better.
    public func openInstanceStates() async throws -> [OpenInstanceState] {
        var counts: [OpenInstanceState] = []
        var last: String?
        while true {
            let page = try await openInstances(after: last, limit: 500)
            guard let end = page.last else { return counts }
            last = end.id
            counts = OpenInstanceState.count(
                counts.map { ($0.workflowType, $0.state, $0.count) }
                    + page.map { ($0.workflowType, $0.currentState, 1) })
        }
    }
}
