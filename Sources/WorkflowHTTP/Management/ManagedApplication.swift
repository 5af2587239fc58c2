public import WorkflowCore

/// What the management API shows and works on.
public struct ManagedApplication: Sendable {
    /// The engine.
    public let engine: WorkflowEngine
    /// The configuration that it runs.
    public let configuration: ApplicationConfiguration
    /// The module types that configurations may use.
    public let registry: ModuleRegistry
    /// The variables for `${NAME}` in configurations that are sent for a check.
    ///
    /// They are checked with stand-ins of the same kind, so that no answer tells a value.
    public var variables: [String: String]

    /// Creates a description.
    ///
    /// - Parameters:
    ///   - engine: The engine.
    ///   - configuration: The configuration that it runs.
    ///   - registry: The module types that configurations may use.
    ///   - variables: The variables for `${NAME}` in configurations that are sent for a check.
    public init(
        engine: WorkflowEngine, configuration: ApplicationConfiguration, registry: ModuleRegistry,
        variables: [String: String] = [:]
    ) {
        self.engine = engine
        self.configuration = configuration
        self.registry = registry
        self.variables = variables
    }
}
