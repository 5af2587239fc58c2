#if SQLite
import Testing
import WorkflowCore
import WorkflowStoreSQLite

@testable import WorkflowStore

@Suite struct MigrationTests {
    private static let now = Timestamp(seconds: 1_700_000_000)

    private static func run(_ script: String, _ path: String) async throws {
        let database = try await SQLiteDatabase.open(SQLiteDatabase.Configuration(path: path))
        try await database.write { try $0.executeScript(script) }
        await database.close()
    }

    private static func migration(_ name: String, _ script: String) -> SQLMigration {
        SQLMigration(name: name) { _ in script }
    }

    @Test func readsADatabaseOfVersionOne() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/d.sqlite"
            try await Self.run(versionOneFixture, path)
            let store = try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: path))
            let snapshot = try await store.resource(type: "orders", id: "r1")
            #expect(snapshot?.resource.data == ["total": 3])
            #expect(snapshot?.resource.sequence == 41)
            #expect(snapshot?.instance?.currentState == "paid")
            #expect(try await store.history(instanceID: "i1", limit: 9).map(\.toState) == ["new", "paid"])
            #expect(try await store.outbox(limit: 9).map(\.id) == ["e1"])
            #expect(try await store.user(email: "ANN@example.com")?.id == "u1")
            #expect(try await store.value(namespace: "n", key: "k", now: Self.now) == [1])
            let work = try await store.claimWork(
                owner: "o", now: Self.now, leaseUntil: Self.now.advanced(by: .seconds(9)), limit: 9)
            #expect(work.map(\.handlers) == [["first", "second"]])
            #expect(work.map(\.fencingToken) == [4])
            try await store.checkHealth()
            await store.close()
        }
    }

    @Test func appliesOnlyWhatIsMissing() async throws {
        try await withTemporaryFolder { folder in
            let database = try await SQLiteDatabase.open(SQLiteDatabase.Configuration(path: folder + "/d.sqlite"))
            let one = Self.migration("one", "CREATE TABLE a (x)")
            let two = Self.migration("two", "CREATE TABLE b (x); INSERT INTO b VALUES (7)")
            #expect(try await SQLMigrator([one]).migrate(database, now: Self.now) == ["one"])
            #expect(try await SQLMigrator([one, two]).migrate(database, now: Self.now) == ["two"])
            #expect(try await SQLMigrator([one, two]).migrate(database, now: Self.now) == [])
            await database.close()
        }
    }

    @Test func aFailingMigrationLeavesNothingBehind() async throws {
        try await withTemporaryFolder { folder in
            let database = try await SQLiteDatabase.open(SQLiteDatabase.Configuration(path: folder + "/d.sqlite"))
            let bad = Self.migration("one", "CREATE TABLE a (x); CREATE TABLE oops (")
            let error = await #expect(throws: StoreError.self) {
                try await SQLMigrator([bad]).migrate(database, now: Self.now)
            }
            #expect(error?.code == .corrupted)
            #expect(error?.message.contains("'one'") == true)
            let good = Self.migration("one", "CREATE TABLE a (x)")
            #expect(try await SQLMigrator([good]).migrate(database, now: Self.now) == ["one"])
            await database.close()
        }
    }

    @Test func aNewerOrForeignSchemaIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/d.sqlite"
            await (try SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: path))).close()
            try await Self.run("INSERT INTO schema_migrations VALUES (5, '005-from-the-future', 0)", path)
            let newer = await #expect(throws: StoreError.self) {
                _ = try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: path))
            }
            #expect(newer?.code == .corrupted)
            #expect(newer?.message.contains("newer") == true)
            try await Self.run("UPDATE schema_migrations SET name = 'other' WHERE position = 1", path)
            let foreign = await #expect(throws: StoreError.self) {
                _ = try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: path))
            }
            #expect(foreign?.code == .corrupted)
            #expect(foreign?.message.contains("another program") == true)
        }
    }

    @Test func tablesOfAnotherProgramAreRefused() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/d.sqlite"
            try await Self.run("CREATE TABLE users (id TEXT)", path)
            let error = await #expect(throws: StoreError.self) {
                _ = try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: path))
            }
            #expect(error?.code == .corrupted)
            #expect(error?.message.contains("users") == true)
        }
    }

    @Test(arguments: [
        ("workflow_instances", "completed = 0 AND id > 'a' ORDER BY id", "workflow_instances_open"),
        ("workflow_history", "instance_id = 'a' ORDER BY sequence", "workflow_history_instance"),
        ("work_items", "available_at <= 5 ORDER BY available_at, id", "work_items_available"),
        ("work_items", "instance_id = 'a'", "work_items_instance"),
        ("resources", "resource_type = 'a' AND sequence > 5 ORDER BY sequence", "resources_type"),
        ("resources", "resource_type = 'a' AND owner = 'b' AND sequence > 5 ORDER BY sequence", "resources_owner"),
        ("key_values", "expires_at <= 5 ORDER BY expires_at", "key_values_expiry"),
    ])
    func queriesUseTheirIndexes(table: String, condition: String, index: String) async throws {
        let database = try await SQLiteDatabase.open(SQLiteDatabase.Configuration(path: ":memory:"))
        _ = try await SQLMigrator(StoreSchema.migrations).migrate(database, now: Self.now)
        let plan = try await database.read { connection in
            var plan: [String] = []
            let statement = SQLStatement("EXPLAIN QUERY PLAN SELECT * FROM \(table) WHERE \(condition) LIMIT 5")
            try connection.query(statement, []) { plan.append($0.text(3)) }
            return plan
        }
        await database.close()
        #expect(plan.count == 1, "\(plan)")
        #expect(plan.first?.contains(index) == true, "\(plan)")
    }
}
#endif
