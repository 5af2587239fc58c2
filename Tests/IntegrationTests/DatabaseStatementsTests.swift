import Foundation
import Testing
import WorkflowCore
import WorkflowStoreSQLite
import WorkflowTesting

@testable import WorkflowModules

@Suite struct DatabaseStatementsTests {
    private static let registry = ModuleRegistry(
        StandardModules.all + [IntegrationRegistryModule.self, IntegrationWorkflowModule.self])

    private static var environment: EngineEnvironment {
        var environment = EngineEnvironment(logger: .quiet)
        environment.databaseDrivers = [SQLiteDriver()]
        return environment
    }

    private func run(_ dsn: String, _ steps: [String], data: JSONObject = [:]) async throws
        -> JSONValue
    {
        let yaml = """
            modules:
              - {name: integrations, type: integration.registry}
              - {name: db, type: database.workflow, config: {driver: sqlite, dsn: '\(dsn)'}}
            workflows:
              integration:
                connectors:
                  - {name: store, type: database, config: {database: db, maxRows: 3}}
                steps:
            \(steps.map { "      - \($0)" }.joined(separator: "\n"))
            """
        return try await withTestEngine(
            yaml, registry: Self.registry, environment: Self.environment
        ) { engine in
            let answer = try await engine.invoke("integration", action: "integration", data: data)
            return answer["results"] ?? .null
        }
    }

    private static let table =
        "{name: t, connector: store, action: execute, input: {sql: 'CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT, price REAL, tags TEXT)'}}"

    @Test(arguments: [":memory:", "file"])
    func rowsAreWrittenAndRead(dsn: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "db-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let dsn = dsn == "file" ? folder.appendingPathComponent("a.sqlite").path : dsn
        let results = try await run(
            dsn,
            [
                Self.table,
                "{name: a, connector: store, action: insert, input: {table: items, data: {id: 1, name: '${data.name}', price: 1.5, tags: [x, true]}}}",
                "{name: b, connector: store, action: insert, input: {table: items, data: {id: 2, name: null}}}",
                "{name: dup, connector: store, action: insert, retryCount: 3, onError: next, input: {table: items, data: {id: 2}}}",
                "{name: u, connector: store, action: update, input: {table: items, data: {price: 2}, where: id = $1 OR name = $2, args: [2, none]}}",
                "{name: q, connector: store, action: query, input: {sql: 'SELECT id, name, price, tags FROM items WHERE id >= $1 ORDER BY id', args: ['${a.rowsAffected}']}}",
                "{name: d, connector: store, action: delete, input: {table: items, where: {id: 1, name: '${data.name}'}}}",
                "{name: c, connector: store, action: query, input: {sql: SELECT count(*) AS n FROM items}}",
            ], data: ["name": "it's \"x\"; --"])
        #expect(results["a"] == ["rowsAffected": 1])
        #expect(results["dup_error"] == "a row with this key exists")
        #expect(results["u"] == ["rowsAffected": 1])
        #expect(
            results["q"] == [
                "columns": ["id", "name", "price", "tags"],
                "rows": [
                    ["id": 1, "name": "it's \"x\"; --", "price": 1.5, "tags": "[\"x\",true]"],
                    ["id": 2, "name": .null, "price": 2.0, "tags": .null],
                ], "count": 2,
            ])
        #expect(results["d"] == ["rowsAffected": 1])
        #expect(results["c"]?["rows"] == [["n": 1]])
    }

    @Test func whatADatabaseRefusesIsTold() async throws {
        let results = try await run(
            ":memory:",
            [
                Self.table,
                "{name: w, connector: store, action: query, onError: next, input: {sql: WITH x AS (SELECT 1) DELETE FROM items}}",
                "{name: r, connector: store, action: query, onError: next, input: {sql: 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 10) SELECT x FROM n'}}",
                "{name: s, connector: store, action: query, onError: next, input: {sql: SELECT nope FROM items}}",
                "{name: e, connector: store, action: query, onError: next, input: {sql: 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n'}}",
            ])
        #expect(results["w_error"] == "A query must not change anything; use execute.")
        #expect(results["r_error"] == "There are more than 3 rows.")
        #expect(results["s_error"] == "the database refused a statement: no such column: nope")
        #expect(results["e_error"] == "The statement took longer than 5.0 seconds.")
    }

    @Test func theTablesOfTheEngineAreOutOfReach() async throws {
        for table in ["users", "Work_Items", "schema_migrations", "key_values", "dbstat"] {
            let error = await #expect(throws: ConfigurationError.self) {
                try await run(
                    ":memory:",
                    ["{name: q, connector: store, action: query, input: {sql: SELECT * FROM \(table)}}"])
            }
            #expect(error?.description.contains("belongs to the engine") == true)
        }
        for sql in ["DROP INDEX workflow_instances_open", "INSERT OR ROLLBACK INTO items VALUES (1)"] {
            await #expect(throws: ConfigurationError.self) {
                try await run(
                    ":memory:", ["{name: q, connector: store, action: execute, input: {sql: \(sql)}}"])
            }
        }
    }
}
