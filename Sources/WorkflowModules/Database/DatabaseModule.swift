import Synchronization
public import WorkflowCore

/// `database.workflow`: a database that other modules keep their state in.
public final class DatabaseModule: CarriedModule {
    private let selection: DatabaseSelection
    private let context: ModuleContext
    private let opened = Mutex<(any OpenDatabase)?>(nil)

    /// Creates the module; the database is opened when it is prepared.
    ///
    /// - Throws: ``ConfigurationError`` when there is no such driver, or it cannot open what the DSN names.
    public init(configuration: Configuration, context: ModuleContext) throws {
        selection = try DatabaseSelection(configuration.chosen, context: context)
        self.context = context
    }

    public func prepare() async throws {
        let database = try await selection.driver.open(selection.settings)
        opened.withLock { $0 = database }
    }

    public func shutdown() async {
        let database = opened.withLock { opened in
            defer { opened = nil }
            return opened
        }
        await database?.close()
    }

    /// The state store in this database.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when it is not open.
    func stateStore() throws -> any StateStore { try database().stateStore }

    private func database() throws -> any OpenDatabase {
        guard let database = opened.withLock({ $0 }) else {
            throw WorkflowError(.unavailable, "The database \"\(context.name)\" is not open.")
        }
        return database
    }
}

extension DatabaseModule: SQLExecuting {
    public var reservedTables: Set<String> { selection.driver.reservedTables }

    public func query(_ command: SQLCommand, rowLimit: Int) async throws -> SQLRows {
        try await database().query(command, rowLimit: rowLimit)
    }

    public func execute(_ command: SQLCommand) async throws -> Int {
        try await database().execute(command)
    }
}
