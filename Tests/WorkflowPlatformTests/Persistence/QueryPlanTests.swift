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
            let values = route.query.map { "\($0.name)=\(Self.example($0))" }
            // Times that leave nothing could hide what the other values do.
            let timeless = values.filter { !$0.hasPrefix("since=") && !$0.hasPrefix("until=") }
            let labels = values.filter { $0.hasPrefix("label=") }.flatMap { [$0, "label=tier:gold"] }
            let choices = [[], values, timeless, labels] + values.map { [$0] }
            for query in Set(choices.map { $0.joined(separator: "&") }) {
                let body = route.body.map { Self.body($0, route, world) }
                _ = try await test.send(route.method, "\(path)?\(query)", token: token, body)
            }
        }
        let keeping = ExecutionKeeping(database: database, clock: test.clock, logger: .quiet)
        await keeping.markInterrupted(begunBefore: test.clock.now)
        await keeping.catchUp(test.services.executions, test.engines)
        _ = try await database.read { try ExecutionTable.counts(of: [ID(stored: "")], $0) }
        _ = try await database.read { try ExecutionTable.changed(after: 0, of: ID(stored: ""), limit: 1, $0) }
        _ = try await database.read { try ExecutionTable.lastChange(of: ID(stored: ""), $0) }
        let last = try await RouteWalkTests.World.make(keyOf: .owner, suffix: "last", test)
        for person in [last.tenant.outsider, try await TestTenant.person("nobody", [], test)] {
            #expect(try await test.send(.post, "/auth/me/delete", token: person.token, [:]).status == 204)
        }
        await test.services.quotas.refreshGates()
        try await test.services.database.write { connection in
            try test.services.quotas.admitExecution(last.tenant.company, connection)
        }
        await test.platform.forgetExpired()
        await test.services.workflows.restore()
        await test.engines.shutdown()
        await test.services.signOn.shutdown()
        await test.services.identityManagement.shutdown()
        try await LinkStatements.run(test)
        try await IAMStatements.run(test)
        #expect(database.recorded.count > 80)
        try await Self.check(database, opened)
        await opened.close()
    }

    /// Checks the plans of the statements that have been run.
    static func check(_ database: RecordingDatabase, _ opened: any SQLDatabase) async throws {
        for (sql, count) in database.recorded where !sql.hasPrefix("CREATE") && !exceptions.contains(sql) {
            let plan = try await opened.read { connection in
                try connection.all(
                    SQLStatement("EXPLAIN QUERY PLAN \(sql)"), Array(repeating: .integer(1), count: count)
                ) { row in
                    _ = (row.integer(), row.integer(), row.integer())
                    return row.text()
                }
            }
            for step in plan
            where step.hasPrefix("SCAN") && !["SCAN CONSTANT ROW", "SCAN people", "SCAN newest"].contains(step) {
                Issue.record("\(step) in \(sql)")
            }
            #expect(!plan.contains { $0.contains("USE TEMP B-TREE FOR ORDER BY") }, "\(sql): \(plan)")
        }
    }

    private static func example(_ parameter: QueryParameter) -> String {
        guard case .string(let rule) = parameter.schema else { return "1" }
        if let value = rule.values.first { return value }
        return switch rule.form {
        case .uuid: "00000000-0000-7000-8000-000000000000"
        case .time: "2026-01-01T00:00:00Z"
        case .labelFilter: "team:blue"
        case .slug: "prod"
        default: "x"
        }
    }

    /// The settings of a link, or of a provider for programs.
    private static func config(_ members: [Schema.Member]) -> JSONValue {
        members.contains { $0.name == "link_type" }
            ? [:] : ["issuer": "https://login.example.com", "client_id": "platform"]
    }

    /// A body with all members that a schema has.
    private static func body(
        _ schema: Schema, _ route: APIRoute, _ world: RouteWalkTests.World
    ) -> JSONValue {
        guard case .object(let members) = schema else { return [:] }
        var body = JSONObject()
        for member in members {
            body[member.name] =
                switch member.name {
                case "email": .string("guest@example.com")
                case "role": "viewer"
                case "user_id": .string(world.tenant.outsider.id.text)
                case "scopes": route.tag == "Single sign-on" ? ["openid"] : ["*:read"]
                case "expires_at": "2099-01-01T00:00:00Z"
                case "slug": "a-slug"
                case "metadata": [:]
                case "environments": [["name": "prod"], ["name": "qa"]]
                case "from": "prod"
                case "to": "staging"
                case "labels": ["team": "blue", "tier": "gold"]
                case "code": "000000"
                case "user_code": "BCDF-GHJK"
                case "version": 1
                case "target_workflow_id": .string(world.parameters["target"] ?? "")
                case "link_type": "invoice.*"
                case "config": Self.config(members)
                case "provider_type": "oidc"
                case "external_identifier": "robot"
                case "resource_type": "project"
                case "resource_id": .string(world.tenant.project.text)
                case "delivery_id": .string(world.parameters["deliveryId"] ?? "")
                case "type": "oidc"
                case "issuer": "https://login.example.com"
                case "enabled": true
                case "enforced": false
                case "config_yaml": .string(saying("hello"))
                default: .string(TestPlatform.password)
                }
        }
        return .object(body)
    }
}
#endif
