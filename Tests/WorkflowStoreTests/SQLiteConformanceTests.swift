#if SQLite
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowStoreSQLite
import WorkflowTesting

@Suite struct SQLiteConformanceTests {
    @Test(arguments: StateStoreConformance.checks)
    func conforms(_ check: StateStoreConformance.Check) async throws {
        try await withTemporaryFolder { folder in
            try await check.run(
                StateStoreConformance.Fixture {
                    try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: folder + "/state.sqlite"))
                })
        }
    }

    @Test(arguments: StateStoreConformance.checks)
    func conformsWithoutCache(_ check: StateStoreConformance.Check) async throws {
        try await withTemporaryFolder { folder in
            try await check.run(
                StateStoreConformance.Fixture {
                    var configuration = SQLStateStore.Configuration()
                    configuration.cachedRows = 0
                    return try await SQLStateStore.sqlite(
                        SQLiteDatabase.Configuration(path: folder + "/state.sqlite"), store: configuration)
                })
        }
    }

    @Test(arguments: StateStoreConformance.checks)
    func conformsWithTinyCache(_ check: StateStoreConformance.Check) async throws {
        try await withTemporaryFolder { folder in
            try await check.run(
                StateStoreConformance.Fixture {
                    var configuration = SQLStateStore.Configuration()
                    configuration.cachedRows = 1
                    return try await SQLStateStore.sqlite(
                        SQLiteDatabase.Configuration(path: folder + "/state.sqlite"), store: configuration)
                })
        }
    }

    @Test(arguments: StateStoreConformance.checks.filter { !$0.needsDurability })
    func conformsInMemory(_ check: StateStoreConformance.Check) async throws {
        try await check.run(
            StateStoreConformance.Fixture {
                try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: ":memory:"))
            })
    }
}
#endif
