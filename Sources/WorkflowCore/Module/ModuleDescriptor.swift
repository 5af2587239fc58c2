/// What a module type is and does; reference pages, JSON Schema and lint come from it.
public struct ModuleDescriptor: Sendable {
    /// Which part of a configuration names the type.
    public enum Section: String, Sendable, Hashable, CaseIterable {
        /// An entry of `modules`, by its `type`.
        case module
        /// A key of `workflows`.
        case workflow
        /// A key of `triggers`.
        case trigger
    }

    /// How settled the type is.
    public enum Status: String, Sendable {
        case stable, beta, experimental, deprecated
    }

    /// A service that the module finds by kind rather than by a key of its configuration.
    public struct Requirement: Sendable, Hashable {
        /// What is needed.
        public let kind: ServiceKind
        /// Whether the module works without it.
        public let isOptional: Bool

        /// Creates a requirement.
        public init(_ kind: ServiceKind, optional: Bool = false) {
            self.kind = kind
            self.isOptional = optional
        }
    }

    /// A piece of configuration that shows the type in use.
    public struct Example: Sendable {
        /// What it shows.
        public let title: String
        /// A complete configuration file in YAML.
        public let yaml: String

        /// Creates an example.
        public init(_ title: String, yaml: String) {
            self.title = title
            self.yaml = yaml
        }
    }

    /// The name in the configuration, such as `http.server`.
    public let type: String
    /// Other names for the same type.
    public let aliases: [String]
    /// Which part of a configuration names it.
    public let section: Section
    /// The key at the top of a file under which the settings of all modules of the type may stand, such as `httpserver`;
    /// what a module's own `config` says wins. `nil` for none.
    public let settingsKey: String?
    /// Whether its outcomes lead to other modules by `branches`.
    public let hasBranches: Bool
    /// What it does, in one sentence.
    public let summary: String
    /// More about it, in paragraphs of Markdown.
    public let details: String
    /// How settled it is.
    public let status: Status
    /// What it provides to other modules.
    public let provides: [ServiceKind]
    /// What it finds by kind.
    public let requires: [Requirement]
    /// Whether it brings in work from outside: such modules start last and stop first.
    public let isIngress: Bool
    /// Examples.
    public let examples: [Example]

    /// Creates a descriptor.
    public init(
        type: String, aliases: [String] = [], section: Section = .module, settingsKey: String? = nil,
        hasBranches: Bool = false, summary: String, details: String = "",
        status: Status = .stable, provides: [ServiceKind] = [], requires: [Requirement] = [], isIngress: Bool = false,
        examples: [Example] = []
    ) {
        self.type = type
        self.aliases = aliases
        self.section = section
        self.settingsKey = settingsKey
        self.hasBranches = hasBranches
        self.summary = summary
        self.details = details
        self.status = status
        self.provides = provides
        self.requires = requires
        self.isIngress = isIngress
        self.examples = examples
    }
}
