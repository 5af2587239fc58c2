public import Logging

/// What a module gets from the engine.
public struct ModuleContext: Sendable {
    /// The name in the configuration; for workflows and triggers the key, such as `http`.
    public let name: String
    /// The module type.
    public let type: String
    /// Where the module stands in the configuration.
    public let location: SourceLocation
    /// Its path within its file, such as `modules[3]`.
    public let path: String
    /// The modules that the named outcomes of a conditional lead to.
    public let branches: [String: String]
    /// A logger that names the module.
    public let logger: Logger
    /// What belongs to this generation of the configuration.
    public let generation: GenerationContext

    /// Creates a context.
    public init(
        name: String, type: String, location: SourceLocation, path: String = "",
        branches: [String: String] = [:], logger: Logger, generation: GenerationContext
    ) {
        self.name = name
        self.type = type
        self.location = location
        self.path = path.isEmpty ? name : path
        self.branches = branches
        self.logger = logger
        self.generation = generation
    }

    /// The modules: while they are created, those created so far; later, all of the generation.
    public var services: ServiceDirectory { generation.services }
    /// What the program that runs the engine provides.
    public var environment: EngineEnvironment { generation.environment }
    /// The store that keeps the application's state.
    public var store: any StateStore { generation.store }
    /// The time.
    public var clock: any EngineClock { generation.environment.clock }

    /// What is wrong when `check` throws, as issues at this module's place; so that it can be told with others.
    public func issues(of check: () throws -> Void) -> [ConfigurationIssue] {
        do {
            try check()
            return []
        } catch {
            return ConfigurationError.issues(of: error, location: location, path: path)
        }
    }

    /// An error about this module's place in the configuration.
    public func error(
        _ message: String, suggestion: String? = nil, absent: AbsentCounterpart? = nil
    ) -> ConfigurationError {
        ConfigurationError([
            ConfigurationIssue(
                location: location, path: path, message: message, suggestion: suggestion, absent: absent)
        ])
    }
}
