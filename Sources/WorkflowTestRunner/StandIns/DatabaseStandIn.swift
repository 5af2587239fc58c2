import WorkflowCore

/// Opens databases of a test: those of SQLite in memory, and of others only what keeps the state.
struct DatabaseStandIn: DatabaseDriver {
    let base: any DatabaseDriver
    let store: any StateStore
    let thread: TaskThread

    var names: [String] { base.names }
    var reservedTables: Set<String> { base.reservedTables }

    func problem(with settings: DatabaseSettings) -> String? { base.problem(with: settings) }

    func open(_ settings: DatabaseSettings) async throws -> any OpenDatabase {
        guard names.contains("sqlite") else { return StandInDatabase(base: nil, kind: names.first ?? "", of: self) }
        var settings = settings
        settings.dsn = SecretString(":memory:")
        let database = try await thread.outside { [settings] in try await base.open(settings) }
        return StandInDatabase(base: database, kind: "sqlite", of: self)
    }
}

/// A database of a test.
private struct StandInDatabase: OpenDatabase {
    private let base: (any OpenDatabase)?
    private let kind: String
    private let thread: TaskThread
    let stateStore: any StateStore
    let reservedTables: Set<String>

    init(base: (any OpenDatabase)?, kind: String, of driver: DatabaseStandIn) {
        self.base = base
        self.kind = kind
        thread = driver.thread
        stateStore = driver.store
        reservedTables = driver.reservedTables
    }

    func query(_ command: SQLCommand, rowLimit: Int) async throws -> SQLRows {
        let base = try database()
        return try await thread.outside { try await base.query(command, rowLimit: rowLimit) }
    }

    func execute(_ command: SQLCommand) async throws -> Int {
        let base = try database()
        return try await thread.outside { try await base.execute(command) }
    }

    func close() async {
        guard let base else { return }
        await thread.outside { await base.close() }
    }

    private func database() throws -> any OpenDatabase {
        if let base { return base }
        throw WorkflowError(.unavailable, "There is no database of the kind \(kind) in a test, only sqlite.")
    }
}
