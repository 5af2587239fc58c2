#if PostgreSQL
import TestServices
import Testing
import WorkflowCore
import WorkflowModules
import WorkflowStorePostgreSQL
import WorkflowTesting

@Suite(.timeLimit(.minutes(2))) struct PostgreSQLDriverTests {
    /// A database that is none of PostgreSQL.
    private struct FileDriver: DatabaseDriver {
        let names = ["sqlite"]
        let reservedTables: Set<String> = []

        func problem(with settings: DatabaseSettings) -> String? { nil }
        func open(_ settings: DatabaseSettings) async throws -> any OpenDatabase {
            throw StoreError(.unavailable, "it has no files")
        }
    }

    @Test(arguments: [
        "", ", driver: postgres", ", driver: postgresql, maxOpenConns: 1", ", driver: pgx, maxIdleConns: 0",
    ])
    func theStateIsInTheDatabase(extra: String) async throws {
        let server = try PostgreSQLServer.shared()
        let dsn = try server.database()
        for _ in 1...2 {
            try await DatabaseFixture.run(dsn, extra: extra) { _ in }
        }
        let name = try #require(dsn.split(separator: "/").last)
        #expect(try server.psql(String(name), "SELECT count(*) > 0 FROM workflow.schema_migrations") == "t")
    }

    @Test func theModuleHasNoMoreConnectionsThanItMay() async throws {
        let server = try PostgreSQLServer.shared()
        let dsn = try server.database()
        let name = String(try #require(dsn.split(separator: "/").last))
        func count(_ condition: String) throws -> String {
            let own = "datname = current_database() AND application_name = 'workflow'"
            return try server.psql(name, "SELECT count(*) FROM pg_stat_activity WHERE \(own) AND \(condition)")
        }
        try await DatabaseFixture.run(dsn, extra: ", maxOpenConns: 2") { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...8 {
                    group.addTask { _ = try await database.query(SQLCommand("SELECT pg_sleep(600)"), rowLimit: 1) }
                }
                while try count("state = 'active'") != "2" { await Task.yield() }
                // And one for signs of life, and one that listens.
                while try count("true") != "4" { await Task.yield() }
                group.cancelAll()
                while let result = await group.nextResult() {
                    #expect(throws: CancellationError.self) { try result.get() }
                }
            }
        }
    }

    @Test func aWrongPasswordIsToldButNotShown() async throws {
        let server = try PostgreSQLServer.shared()
        let error = await #expect(throws: (any Error).self) {
            try await DatabaseFixture.run(server.dsn(password: "hunter2")) { _ in }
        }
        let text = "\(try #require(error))"
        #expect(text.contains("password authentication failed for user \"app\""), "\(text)")
        #expect(!text.contains("hunter2"))
    }

    @Test func aServerThatIsNotThereIsTold() async throws {
        let port = try FreePort.next()
        let error = await #expect(throws: (any Error).self) {
            try await DatabaseFixture.run("postgres://app:hunter2@127.0.0.1:\(port)/app") { _ in }
        }
        let text = "\(try #require(error))"
        #expect(text.contains("the database 127.0.0.1:\(port)/app cannot be reached"), "\(text)")
        #expect(text.contains("Connection refused"))
        #expect(!text.contains("hunter2"))
    }

    @Test(arguments: [
        (
            "{driver: oracle, dsn: 'postgres://h/d'}",
            "5: modules[0].config.driver: there is no driver \"oracle\"; use sqlite or postgres"
        ),
        (
            "{driver: sqlite, dsn: 'postgres://a:hunter2@h/d'}",
            "5: modules[0].config.dsn: this is a DSN of postgres, but the driver is sqlite (driver: postgres)"
        ),
        (
            "{driver: postgres, dsn: 'hunter2'}",
            "5: modules[0].config.dsn: the DSN cannot be read; write postgres://user:password@host:5432/name or host=… dbname=… user=…"
        ),
        (
            "{driver: postgres, dsn: 'postgres://h/d?schema=Bad-Name'}",
            "5: modules[0].config.dsn: the schema \"Bad-Name\" is not a name of lower-case letters, digits and _"
        ),
        ("{driver: postgres, dsn: ''}", "5: modules[0].config.dsn: must not be empty"),
    ])
    func whatCannotWorkIsRefused(keys: String, issue: String) async throws {
        let issues = try await DatabaseFixture.issues(keys, drivers: [FileDriver(), PostgreSQLDriver()])
        #expect(issues == [issue])
    }

    @Test func aProgramWithoutTheDriverSaysSo() async throws {
        #expect(
            try await DatabaseFixture.issues("{driver: postgres, dsn: 'host=h'}", drivers: []) == [
                "5: modules[0].config.driver: this program has no drivers for databases (build it with the trait SQLite or PostgreSQL)"
            ])
        #expect(
            try await DatabaseFixture.issues("dsn: a.sqlite") == [
                "5: modules[0].config.dsn: there is no driver \"sqlite\"; use postgres"
            ])
    }

    @Test(arguments: [
        "modules: [{name: db, type: database.workflow, config: {dsn: 'host=h password=hunter2'}}]",
        "modules: [{name: db, type: database.workflow, config: {data_source_name: 'postgres://a:hunter2@h/d'}}]",
        "modules: [{name: db, type: database.modular, config: {connections: {default: {dsn: 'password=hunter2'}}}}]",
        "modules: [{name: db, type: database.modular}]\ndatabase: {dsn: 'postgres://h/d?password=hunter2'}",
    ])
    func thePasswordIsNotShown(yaml: String) throws {
        let shown = ConfigurationRedactor(registry: DatabaseFixture.registry)
            .redact(try ApplicationConfiguration(yaml: yaml)).jsonString()
        #expect(shown.contains("<redacted>"))
        #expect(!shown.contains("hunter2"), "\(shown)")
    }

    @Test func descriptionsHoldNoPassword() {
        #expect(!"\(DatabaseSettings(dsn: "postgres://a:hunter2@h/d"))".contains("hunter2"))
        var connection = DatabaseConnection()
        connection.dsn = Located(SecretString("postgres://a:hunter2@h/d"))
        #expect(!"\(connection)".contains("hunter2"))
    }
}
#endif
