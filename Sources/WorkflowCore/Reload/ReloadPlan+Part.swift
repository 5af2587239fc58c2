extension ReloadPlan {
    /// What happens to something.
    public enum Action: String, Sendable {
        /// It is only in the new configuration.
        case add
        /// It is in both, with differences.
        case change
        /// It is only in the old configuration.
        case remove
    }

    /// What a reload does to a running part.
    public enum Effect: String, Sendable {
        /// A new part starts.
        case started
        /// A changed part is built anew, and the old one stops.
        case restarted
        /// The part stops.
        case stopped
        /// Nothing runs: settings take effect in the modules that they belong to.
        case none
    }

    /// A module, a section of `workflows` or `triggers`, or a section with settings of module types.
    public struct Part: Sendable, Equatable {
        /// Where the part stands.
        public enum Section: String, Sendable {
            case module, workflow, trigger, settings
        }

        /// Where the part stands.
        public let section: Section
        /// The name of the module or section.
        public let name: String
        /// The module type; empty for sections.
        public let type: String
        /// What happens to it.
        public let action: Action
        /// What changed, key by key; empty for parts that are added or removed.
        public let changes: [ConfigurationChange]
        /// The script that is another one now than was loaded, as the configuration writes its path; what is in it is not
        /// told.
        public internal(set) var changedScript: String?

        /// The name of a module; for sections the path, such as `workflows.http`, and for settings their key with
        /// `settings.` before it.
        public var identifier: String { Self.identifier(section, name) }

        /// What the reload does to it.
        public var effect: Effect {
            if section == .settings { return .none }
            return switch action {
            case .add: .started
            case .change: .restarted
            case .remove: .stopped
            }
        }

        static func identifier(_ section: Section, _ name: String) -> String {
            switch section {
            case .module: name
            case .workflow: "workflows.\(name)"
            case .trigger: "triggers.\(name)"
            case .settings: "settings.\(name)"
            }
        }
    }
}
