#if SQLite
import Foundation
import Testing
import WorkflowCore
import WorkflowModules
import WorkflowStoreSQLite
import WorkflowTesting

@Suite struct DatabaseConnectionTests {
    private static let registry = ModuleRegistry([DatabaseModule.self, PersistenceStoreModule.self])

    private static var environment: EngineEnvironment {
        var environment = EngineEnvironment(logger: .quiet)
        environment.databaseDrivers = [SQLiteDriver()]
        return environment
    }

    private static func issues(_ yaml: String) async throws -> [ConfigurationIssue] {
        do {
            try await WorkflowEngine.validate(
                try ApplicationConfiguration(yaml: yaml), registry: registry, environment: environment)
            return []
        } catch let error as ConfigurationError {
            return error.issues
        }
    }

    @Test func theDatabaseOfANamedConnectionIsOpened() async throws {
        try await withTemporaryFolder { folder in
            let yaml = """
                modules:
                  - {name: database, type: database.modular}
                  - {name: persistence, type: persistence.store}
                database:
                  default: main
                  connections: {main: {driver: sqlite, dsn: app.sqlite, max_open_connections: 1}}
                """
            let engine = WorkflowEngine(
                configuration: try ApplicationConfiguration(yaml: yaml, file: "\(folder)/app.yaml"),
                registry: Self.registry, environment: Self.environment)
            try await engine.start()
            #expect(FileManager.default.fileExists(atPath: "\(folder)/app.sqlite"))
            await engine.stop()
        }
    }

    @Test(arguments: [
        ("connections: {a: {dsn: x}}", "there is no connection \"default\""),
        ("connections: {default: {dsn: x}, b: {dsn: y}}", "a module opens one database, but there are 2 connections"),
        ("dsn: x, connections: {default: {dsn: y}}", "\"dsn\" and \"connections\" exclude each other"),
        ("connections: {default: {driver: postgres, dsn: x}}", "there is no driver \"postgres\"; use sqlite"),
        ("connections: {default: {driver: sqlite}}", "missing key \"dsn\""), ("driver: sqlite", "missing key \"dsn\""),
    ])
    func connectionsThatCannotWorkAreRefused(config: String, message: String) async throws {
        let issues = try await Self.issues("modules: [{name: db, type: database.modular, config: {\(config)}}]")
        #expect(issues.count == 1)
        #expect(issues.first?.message.contains(message) == true, "\(issues)")
    }
}
#endif
