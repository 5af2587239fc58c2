/// The configuration of an application: its modules, workflows and triggers, not yet decoded.
///
/// What is wrong with single entries is kept in ``issues``, so that the engine can tell of it together with everything
/// that it finds itself.
public struct ApplicationConfiguration: Sendable, Hashable {
    /// One module.
    public struct Module: Sendable, Hashable {
        /// The name by which others refer to it; empty when it is missing, which is one of the ``issues`` then.
        public var name: String
        /// The module type, such as `http.server`; empty when it is missing.
        public var type: String
        /// Its own keys.
        public var configuration: ConfigurationNode
        /// Modules that must be ready before it.
        public var dependsOn: [Located<String>]
        /// The modules that the named outcomes of a conditional lead to.
        public var branches: [String: String]
        /// Where it stands.
        public var location: SourceLocation
        /// Its path within its file, such as `modules[3]`.
        public var path: String
    }

    /// The section of one workflow kind or trigger kind.
    public struct Section: Sendable, Hashable {
        /// The kind, such as `http`.
        public var name: String
        /// Its keys.
        public var configuration: ConfigurationNode
        /// Where it stands.
        public var location: SourceLocation
    }

    /// What the application says of itself; it changes nothing.
    public struct About: Sendable, Hashable {
        /// The name; empty when there is none.
        public var name = ""
        /// What it is for; empty when it does not say.
        public var description = ""
        /// The version of its interfaces; empty when it has none.
        public var version = ""

        /// Creates a value that says nothing.
        public init() {}
    }

    /// What the application says of itself: `name`, `description` and `version` of the first file that has them.
    public var about = About()
    /// The modules in the order of the files.
    public var modules: [Module] = []
    /// The workflow sections.
    public var workflows: [Section] = []
    /// The trigger sections.
    public var triggers: [Section] = []
    /// The top-level sections that hold the settings of module types, such as `httpserver`.
    public var settings: [Section] = []
    /// The files it was read from.
    public var files: [String] = []
    /// What is wrong with the outer shape of the files; ``WorkflowEngine`` refuses a configuration that has any.
    public internal(set) var issues: [ConfigurationIssue] = []

    /// Creates an empty configuration.
    public init() {}

    /// Creates a configuration from a value made in a program.
    ///
    /// ```swift
    /// let configuration = try ApplicationConfiguration([
    ///     "modules": [["name": "events", "type": "messaging.broker"]]
    /// ])
    /// ```
    /// - Parameters:
    ///   - value: An object with `modules`, `workflows` and `triggers`.
    ///   - baseDirectory: Where relative paths start from.
    /// - Throws: ``ConfigurationError`` when the value is no mapping.
    public init(_ value: JSONValue, baseDirectory: String = ".") throws {
        var builder = ApplicationConfigurationBuilder()
        builder.add(ConfigurationNode(value, file: "\(baseDirectory)/<config>"))
        builder.refuseIncludes()
        self = try builder.finish()
    }

    /// Creates a configuration from YAML or JSON text.
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - file: The name for error messages; relative paths start from its folder.
    ///   - environment: The variables for `${NAME}`.
    ///   - secrets: The values of `${secret.NAME}`; `nil` to leave such texts alone.
    /// - Throws: ``ConfigurationError`` when the text cannot be read at all.
    public init(
        yaml: String, file: String = "<config>", environment: [String: String] = [:], secrets: [String: String]? = nil
    ) throws {
        var builder = ApplicationConfigurationBuilder()
        let expansion = EnvironmentExpansion(variables: environment, secrets: secrets)
        builder.add(YAMLParser.read(yaml, file: file, environment: expansion))
        builder.refuseIncludes()
        self = try builder.finish()
        files = [file]
    }
}
