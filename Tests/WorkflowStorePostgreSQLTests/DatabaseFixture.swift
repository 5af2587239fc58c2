#if PostgreSQL
import TestServices
import Testing
import WorkflowCore
import WorkflowModules
import WorkflowStorePostgreSQL
import WorkflowTesting

/// Applications with a `database.workflow` module called `db`.
enum DatabaseFixture {
    static let registry = ModuleRegistry([DatabaseModule.self, PersistenceStoreModule.self])

    static var environment: EngineEnvironment {
        var environment = EngineEnvironment(logger: .quiet)
        environment.databaseDrivers = [PostgreSQLDriver()]
        return environment
    }

    /// Starts an application and calls `body` with its database.
    static func run(
        _ dsn: String, extra: String = "", _ body: (DatabaseModule) async throws -> Void
    ) async throws {
        let yaml = """
            modules:
              - {name: db, type: database.workflow, config: {dsn: "\(dsn)"\(extra)}}
              - {name: persistence, type: persistence.store}
            """
        try await withTestEngine(yaml, registry: registry, environment: environment) { engine in
            try await body(try engine.service(DatabaseModule.self))
        }
    }

    /// What is wrong with the keys of the module, each with its position.
    static func issues(
        _ keys: String, drivers: [any DatabaseDriver] = [PostgreSQLDriver()]
    ) async throws -> [String] {
        let yaml = "modules:\n  - name: db\n    type: database.workflow\n    config:\n      \(keys)"
        var environment = environment
        environment.databaseDrivers = drivers
        do {
            try await WorkflowEngine.validate(
                try ApplicationConfiguration(yaml: yaml), registry: registry, environment: environment)
            return []
        } catch let error as ConfigurationError {
            return error.issues.map { issue in
                let hint = issue.suggestion.map { " (\($0))" } ?? ""
                return "\(issue.location.line): \(issue.path): \(issue.message)\(hint)"
            }
        }
    }
}
#endif
