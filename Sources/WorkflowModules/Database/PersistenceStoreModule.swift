public import WorkflowCore

/// `persistence.store`: keeps the application's state in a database of the configuration.
public struct PersistenceStoreModule: CarriedModule, StateStoreProvider {
    /// The keys of the module.
    public struct Configuration: ConfigurationObject {
        /// The database.
        public var database = ""

        /// Creates the defaults.
        public init() {}

        /// The keys.
        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "database", \.database,
                "The `database.workflow` module; by default the one called `database`, or the only one.",
                reference: .database)
        ]
    }

    /// What the module type is.
    public static let descriptor = ModuleDescriptor(
        type: "persistence.store",
        summary: "Keeps instances, resources, users, work and events in a database of the configuration.",
        details: """
            Without this module `wfserver run` keeps the state in `.workflow/state.sqlite` beside the configuration.
            """,
        provides: [.stateStore], requires: [.init(.database)],
        examples: DatabaseModule.descriptor.examples)

    /// The database that is used when several are there and none is named.
    private static let standardDatabase = "database"

    private let database: DatabaseModule
    private let context: ModuleContext

    /// Creates the module.
    ///
    /// - Throws: ``WorkflowError`` when there is no database, or there are several and none is named.
    public init(configuration: Configuration, context: ModuleContext) throws {
        let standard =
            configuration.database.isEmpty
            ? context.services.find(DatabaseModule.self, named: Self.standardDatabase) : nil
        database =
            try standard
            ?? context.services.require(DatabaseModule.self, kind: .database, named: configuration.database)
        self.context = context
    }

    public func join(_ generation: GenerationContext) throws {
        guard let other = generation.claim("state store", owner: context.name) else { return }
        throw context.error(
            "an application has one persistence.store, and \"\(other)\" is one already",
            suggestion: "remove one of them")
    }

    public func stateStore() throws -> any StateStore {
        try database.stateStore()
    }
}
