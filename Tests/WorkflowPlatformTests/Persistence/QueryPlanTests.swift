#if SQLite
import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowStoreSQLite
import WorkflowTesting

@testable import WorkflowPlatform

/// No statement that a request runs reads a whole table.
@Suite struct QueryPlanTests {
    /// Statements that may, since they run when the platform is started.
    private static let exceptions = ["SELECT name FROM platform_migrations ORDER BY position"]

    @Test func everyStatementOfTheAPIUsesAnIndex() async throws {
        let opened = try await SQLiteDatabase.open(SQLiteDatabase.Configuration(path: ":memory:"))
        let database = RecordingDatabase(opened)
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.executionsPerWorkflow = 0
        configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
        let test = try await TestPlatform.open(database, configuration)
        for route in APIRoutes.all {
            let world = try await RouteWalkTests.World.make(keyOf: .owner, suffix: route.name, test)
            let (token, session) = try await world.caller(.owner, route, test)
            let path = try world.path(route, session: session)
            let queries = route.query.map { "\($0.name)=\(Self.example($0))" }
            for query in Set(["", queries.joined(separator: "&")] + queries) {
                let body = route.body.map { Self.body($0, world) }
                _ = try await test.send(route.method, "\(path)?\(query)", token: token, body)
            }
        }
        let keeping = ExecutionKeeping(database: database, clock: test.clock, logger: .quiet)
        await keeping.markInterrupted(begunBefore: test.clock.now)
        await keeping.catchUp(test.services.executions, test.engines)
        _ = try await database.read { try ExecutionTable.counts(of: [ID(stored: "")], $0) }
        _ = try await database.read { try ExecutionTable.changed(after: 0, of: ID(stored: ""), limit: 1, $0) }
        _ = try await database.read { try ExecutionTable.lastChange(of: ID(stored: ""), $0) }
        await test.platform.forgetExpired()
        await test.services.workflows.restore()
        await test.engines.shutdown()
        #expect(database.recorded.count > 80)
        for (sql, count) in database.recorded where !sql.hasPrefix("CREATE") && !Self.exceptions.contains(sql) {
            let plan = try await opened.read { connection in
                try connection.all(
                    SQLStatement("EXPLAIN QUERY PLAN \(sql)"), Array(repeating: .integer(1), count: count)
                ) { row in
                    _ = (row.integer(), row.integer(), row.integer())
                    return row.text()
                }
            }
            for step in plan where step.hasPrefix("SCAN") && !["SCAN CONSTANT ROW", "SCAN people"].contains(step) {
                Issue.record("\(step) in \(sql)")
            }
            #expect(!plan.contains { $0.contains("USE TEMP B-TREE FOR ORDER BY") }, "\(sql): \(plan)")
        }
        await opened.close()
    }

    private static func example(_ parameter: QueryParameter) -> String {
        guard case .string(let rule) = parameter.schema else { return "1" }
        if let value = rule.values.first { return value }
        return switch rule.form {
        case .uuid: "00000000-0000-7000-8000-000000000000"
        case .time: "2026-01-01T00:00:00Z"
        default: "x"
        }
    }

    /// A body with all members that a schema has.
    private static func body(_ schema: Schema, _ world: RouteWalkTests.World) -> JSONValue {
        guard case .object(let members) = schema else { return [:] }
        var body = JSONObject()
        for member in members {
            body[member.name] =
                switch member.name {
                case "email": .string("guest@example.com")
                case "role": "viewer"
                case "user_id": .string(world.tenant.outsider.id.text)
                case "scopes": ["*:read"]
                case "expires_at": "2099-01-01T00:00:00Z"
                case "slug": "a-slug"
                case "metadata": [:]
                case "code": "000000"
                case "version": 1
                case "config_yaml": .string(saying("hello"))
                default: .string(TestPlatform.password)
                }
        }
        return .object(body)
    }
}
#endif
