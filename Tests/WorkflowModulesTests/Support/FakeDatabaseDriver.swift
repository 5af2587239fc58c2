import WorkflowCore

/// Stands in for SQLite where configurations are only checked.
struct FakeDatabaseDriver: DatabaseDriver {
    let names = ["sqlite"]
    let reservedTables: Set<String> = []

    func problem(with settings: DatabaseSettings) -> String? { nil }

    func open(_ settings: DatabaseSettings) async throws -> any OpenDatabase {
        throw StoreError(.unavailable, "there is no database in this test")
    }
}
