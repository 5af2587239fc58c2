#if SQLite
import Foundation
import Testing
import WorkflowCore
import WorkflowModules
@testable import WorkflowStoreSQLite
import WorkflowTesting

@Suite struct StateModulesTests {
    /// A module that other modules of the test find the store with.
    private struct Probe: WorkflowModule {
        static let descriptor = ModuleDescriptor(type: "test.probe", summary: "Holds the store.")
        let store: any StateStore

        init(configuration: EmptyConfiguration, context: ModuleContext) {
            store = context.store
        }
    }

    private static let registry = ModuleRegistry([DatabaseModule.self, PersistenceStoreModule.self, Probe.self])

    private static var environment: EngineEnvironment {
        var environment = EngineEnvironment(logger: .quiet)
        environment.databaseDrivers = [SQLiteDriver()]
        return environment
    }

    private static func yaml(_ dsn: String) -> String {
        """
        modules:
          - {name: probe, type: test.probe}
          - {name: persistence, type: persistence.store}
          - {name: main, type: database.workflow, config: {driver: sqlite, dsn: "\(dsn)", maxOpenConns: 1}}
        """
    }

    private static func run<Result>(
        _ yaml: String, in folder: String, _ body: (any StateStore) async throws -> Result
    ) async throws -> Result {
        let engine = WorkflowEngine(
            configuration: try ApplicationConfiguration(yaml: yaml, file: "\(folder)/app.yaml"), registry: registry,
            environment: environment)
        try await engine.start()
        do {
            let result = try await body(try engine.service(Probe.self).store)
            await engine.stop()
            return result
        } catch {
            await engine.stop()
            throw error
        }
    }

    private static func issues(_ yaml: String) async throws -> [ConfigurationIssue] {
        do {
            try await WorkflowEngine.validate(
                try ApplicationConfiguration(yaml: yaml), registry: registry,
                environment: environment)
            return []
        } catch let error as ConfigurationError {
            return error.issues
        }
    }

    @Test(arguments: [
        "data/app.sqlite", "./data/app.sqlite", "file:data/app.sqlite", "file:data/app.sqlite?cache=shared",
    ])
    func whatIsKeptIsThereAfterARestart(dsn: String) async throws {
        try await withTemporaryFolder { folder in
            try await Self.run(Self.yaml(dsn), in: folder) { store in
                try await store.commit(
                    StoreTransaction([.setValue(namespace: "n", key: "k", value: 7, expiresAt: nil)]))
            }
            #expect(FileManager.default.fileExists(atPath: "\(folder)/data/app.sqlite"))
            let value = try await Self.run(Self.yaml(dsn), in: folder) { store in
                try await store.value(namespace: "n", key: "k", now: .systemNow())
            }
            #expect(value == 7)
        }
    }

    @Test(arguments: [":memory:", "file::memory:", "file::memory:?cache=shared"])
    func aDatabaseInMemoryLeavesNoFile(dsn: String) async throws {
        try await withTemporaryFolder { folder in
            try await Self.run(Self.yaml(dsn), in: folder) { try await $0.checkHealth() }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test(arguments: [
        ("/data/a.db", "/data/a.db"), ("file:/data/a.db?x=y", "/data/a.db"), ("file:///data/a.db", "/data/a.db"),
        ("a.db", "/base/a.db"), ("file:a.db", "/base/a.db"), (":memory:", ":memory:"),
    ])
    func absolutePathsStayAsTheyAre(dsn: String, path: String) {
        var settings = DatabaseSettings(dsn: dsn)
        settings.folder = "/base"
        #expect(SQLiteDriver.path(settings) == path)
    }

    @Test(arguments: [
        ("driver: postgres, dsn: x", "there is no driver \"postgres\"; use sqlite"),
        ("driver: oracle, dsn: x", "there is no driver \"oracle\"; use sqlite"),
        ("dsn: 'postgres://u:p@h/d'", "this is a URL, but sqlite needs a file or :memory:"),
        ("driver: sqlite", "missing key \"dsn\""), ("driver: sqlite, dsn: ''", "must not be empty"),
        ("dsn: x, maxOpenConns: 0", "must be at least 1"),
    ])
    func databasesThatCannotWorkAreRefused(config: String, message: String) async throws {
        let issues = try await Self.issues("modules: [{name: db, type: database.workflow, config: {\(config)}}]")
        #expect(issues.count == 1)
        #expect(issues.first?.message.contains(message) == true, "\(issues)")
        #expect(issues.first?.location.line == 1)
    }

    @Test func theDatabaseIsTheOneCalledDatabaseOrTheOnlyOne() async throws {
        let two = """
            modules:
              - {name: database, type: database.workflow, config: {dsn: ":memory:"}}
              - {name: other, type: database.workflow, config: {dsn: ":memory:"}}
              - {name: persistence, type: persistence.store}
            """
        #expect(try await Self.issues(two).isEmpty)
        let unnamed = try await Self.issues(two.replacing("name: database,", with: "name: first,"))
        #expect(unnamed.first?.message.contains("There are several modules that provide a database") == true)
        let none = try await Self.issues("modules: [{name: persistence, type: persistence.store}]")
        #expect(none.first?.message.contains("database") == true)
    }

    @Test func anApplicationHasOneStore() async throws {
        let yaml = Self.yaml(":memory:") + "\n  - {name: second, type: persistence.store}"
        let issues = try await Self.issues(yaml)
        #expect(issues.count == 1)
        #expect(issues.first?.message.contains("one persistence.store") == true)
    }
}
#endif
