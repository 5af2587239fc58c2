public import WorkflowCore

/// What the management API shows and works on.
public struct ManagedApplication: Sendable {
    /// The engine.
    public let engine: WorkflowEngine
    /// Changes its configuration; `nil` when the program does not keep that in files.
    public let manager: ConfigurationManager?
    /// The module types that configurations may use.
    public let registry: ModuleRegistry
    /// The variables for `${NAME}` in configurations that are sent for a check.
    ///
    /// They are checked with stand-ins of the same kind, so that no answer tells a value.
    public var variables: [String: String]
    /// The last lines of the log; `nil` when the program does not keep them.
    public var logs: LogRecords?
    /// What the application does; `nil` when the program does not tell.
    public var activity: ActivityRecords?

    /// Creates a description.
    ///
    /// - Parameters:
    ///   - engine: The engine.
    ///   - manager: Changes its configuration; `nil` when the program does not keep that in files.
    ///   - registry: The module types that configurations may use.
    ///   - variables: The variables for `${NAME}` in configurations that are sent for a check.
    public init(
        engine: WorkflowEngine, manager: ConfigurationManager? = nil, registry: ModuleRegistry,
        variables: [String: String] = [:]
    ) {
        self.engine = engine
        self.manager = manager
        self.registry = registry
        self.variables = variables
    }
}
