/// A store whose contents people can look through, page by page.
///
/// A page costs what it looks at, however much there is behind it.
public protocol StoreListing: Sendable {
    /// Returns the instances that a query asks for, ordered by identifier, comparing bytes.
    ///
    /// - Throws: ``StoreError``.
    func instances(_ query: InstanceQuery) async throws -> InstancePage

    /// Returns the small values of a namespace whose keys are in a range, those with the greatest keys first.
    ///
    /// - Parameters:
    ///   - namespace: The namespace.
    ///   - lower: The least key.
    ///   - upper: The key before which to begin.
    ///   - limit: The greatest number of values.
    ///   - now: What has expired by then is left out.
    /// - Throws: ``StoreError``.
    func latestValues(
        namespace: String, from lower: String, before upper: String, limit: Int, now: Timestamp
    ) async throws -> [(key: String, value: JSONValue)]
}

/// Which instances are looked for.
public struct InstanceQuery: Sendable, Hashable {
    /// The name of the definition; `nil` for any.
    public var workflowType: String?
    /// The state that they are in; `nil` for any.
    public var state: String?
    /// Whether they have reached a final state; `nil` for either.
    public var completed: Bool?
    /// The identifier after which to go on; `nil` for the beginning.
    public var after: String?
    /// The greatest number of instances to return.
    public var limit = 100
    /// The greatest number of instances to look at, so that a query for few among many ends in time.
    public var scanLimit = 20_000

    /// Creates a query for all instances.
    public init() {}

    /// Whether an instance is looked for.
    package func matches(_ instance: StateMachineInstance) -> Bool {
        (workflowType.map { ExactString($0) == ExactString(instance.workflowType) } ?? true)
            && (state.map { ExactString($0) == ExactString(instance.currentState) } ?? true)
            && (completed.map { $0 == instance.completed } ?? true)
    }
}

/// Some of the instances that a query asks for.
public struct InstancePage: Sendable, Hashable {
    /// The instances, without their data.
    public var instances: [StateMachineInstance]
    /// The identifier after which there may be more; `nil` at the end. A page may have fewer instances than asked for,
    /// or none, and there are more all the same.
    public var next: String?

    /// Creates a page.
    public init(instances: [StateMachineInstance], next: String?) {
        self.instances = instances
        self.next = next
    }
}
