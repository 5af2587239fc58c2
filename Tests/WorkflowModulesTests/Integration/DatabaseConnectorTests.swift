import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct DatabaseConnectorTests {
    private func yaml(_ step: String, settings: String = "") -> String {
        """
        modules:
          - {name: integrations, type: integration.registry}
          - {name: db, type: test.statements}
        workflows:
          integration:
            connectors:
              - {name: store, type: database, config: {database: db, \(settings)}}
            steps:
              - {name: a, connector: store, \(step)}
        """
    }

    @Test(
        arguments: [
            (
                "action: query, input: {sql: 'SELECT * FROM items WHERE id = $1 OR id = $1', args: ['${data.id}']}",
                SQLCommand("SELECT * FROM items WHERE id = $1 OR id = $1", [7]),
                [
                    "columns": ["id", "name"], "rows": [["id": 1, "name": "tea"], ["id": 2, "name": .null]], "count": 2,
                ]
            ),
            (
                "action: execute, input: {sql: 'CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT);'}",
                SQLCommand("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT)"), ["rowsAffected": 3]
            ),
            (
                "action: insert, input: {table: items, data: {id: '${data.id}', name: 'x'' -- ${data.id}'}}",
                SQLCommand(#"INSERT INTO "items" ("id", "name") VALUES ($1, $2)"#, [7, "x' -- 7"]), ["rowsAffected": 3]
            ),
            (
                "action: insert, input: {table: items, data: '${data}'}",
                SQLCommand(#"INSERT INTO "items" ("id") VALUES ($1)"#, [7]), ["rowsAffected": 3]
            ),
            (
                "action: update, input: {table: items, data: {name: tea}, where: id = $1, args: ['${data.id}']}",
                SQLCommand("UPDATE \"items\" SET \"name\" = $2 WHERE (id = $1\n)", [7, "tea"]), ["rowsAffected": 3]
            ),
            (
                "action: delete, input: {table: items, where: {id: '${data.id}', name: null}}",
                SQLCommand(#"DELETE FROM "items" WHERE ("id" = $1 AND "name" IS NULL)"#, [7]), ["rowsAffected": 3]
            ),
        ] as [(String, SQLCommand, JSONValue)])
    func stepsBecomeStatementsWithPlaceholders(step: String, command: SQLCommand, result: JSONValue) async throws {
        try await IntegrationApplication.run(yaml(step)) { app in
            let results = try await app.execute(["id": 7])
            #expect(results["a"] == result)
            let database = try app.engine.service(StatementsModule.self, named: "db")
            #expect(database.statements == [command])
        }
    }

    @Test(arguments: [
        ("action: select", "9:45", "action: a database has no action \"select\""),
        ("action: query", "9:45", "action: the action query needs an input with sql"),
        ("action: query, input: {sql: 'SELECT ${data.id}'}", "9:65", "input.sql: \"sql\" must not depend on data"),
        ("action: query, input: {sql: SELECT 1; SELECT 2}", "9:65", "input.sql: only one statement can be run at once"),
        (
            "action: query, input: {sql: DELETE FROM items}", "9:65",
            "input.sql: a statement that begins with \"DELETE\" cannot be run here"
        ),
        (
            "action: execute, input: {sql: PRAGMA writable_schema = 1}", "9:67",
            "input.sql: a statement that begins with \"PRAGMA\" cannot be run here"
        ),
        (
            "action: query, input: {sql: SELECT * FROM Users}", "9:65",
            "input.sql: \"users\" belongs to the engine and cannot be used in statements"
        ),
        (
            "action: query, input: {sql: 'SELECT * FROM ''users'''}", "9:65",
            "input.sql: \"users\" belongs to the engine and cannot be used in statements"
        ),
        (
            "action: query, input: {sql: 'SELECT * FROM [work_items]'}", "9:65",
            "input.sql: \"work_items\" belongs to the engine and cannot be used in statements"
        ),
        (
            "action: query, input: {sql: 'SELECT * FROM \"sqlite_master\"'}", "9:65",
            "input.sql: \"sqlite_master\" belongs to the engine and cannot be used in statements"
        ),
        ("action: query, input: {sql: 'SELECT ?'}", "9:65", "input.sql: \"?\" is no placeholder here"),
        (
            "action: query, input: {sql: 'SELECT $2', args: [1]}", "9:84",
            "input.args: the statement has 2 placeholders, but there are 1 args"
        ),
        (
            "action: insert, input: {table: users, data: {a: 1}}", "9:68",
            "input.table: \"users\" belongs to the engine and cannot be used in statements"
        ),
        (
            "action: insert, input: {table: 'a; --', data: {a: 1}}", "9:68",
            "input.table: \"a; --\" is no plain name of a table"
        ),
        (
            "action: insert, input: {table: '${data.t}', data: {a: 1}}", "9:68",
            "input.table: \"table\" must not depend on data"
        ),
        (
            "action: insert, input: {table: a, data: {'b\" c': 1}}", "9:86",
            "input.data.b\" c: \"b\" c\" is no plain name of a column"
        ),
        ("action: delete, input: {table: a}", "9:60", "input: the action delete needs \"where\" in its input"),
        (
            "action: delete, input: {table: a, where: 'b = 1) OR (a IN (SELECT id FROM users)'}", "9:78",
            "input.where: \"users\" belongs to the engine and cannot be used in statements"
        ),
        (
            "action: delete, input: {table: a, where: {}}", "9:78",
            "input.where: a condition without columns would mean all rows"
        ),
        (
            "action: insert, input: {table: a, data: {b: 1}, where: c}", "9:85",
            "input.where: the action insert has no input \"where\""
        ),
    ])
    func whatMustNotBeRunIsRefusedWhenTheConfigurationIsRead(step: String, place: String, problem: String) async throws
    {
        let issues = try await IntegrationApplication.issues(yaml(step))
        #expect(issues.count == 1, "\(issues)")
        let first = issues.first?.split(separator: "\n").first.map(String.init)
        let known = "app.yaml:\(place): error: workflows.integration.steps[0].\(problem)"
        #expect(first == known)
    }

    @Test func namesOfColumnsFromDataAreCheckedAtTheRun() async throws {
        try await IntegrationApplication.run(yaml("action: insert, input: {table: items, data: '${data}'}")) { app in
            let error = await #expect(throws: IntegrationFailure.self) {
                try await app.execute([#"id") VALUES (1); --"#: 1])
            }
            #expect(error?.description == "The step \"a\" failed: A key of \"data\" is no plain name of a column.")
            let database = try app.engine.service(StatementsModule.self, named: "db")
            #expect(database.statements.isEmpty)
        }
    }

    @Test func aQueryWithTooManyRowsFails() async throws {
        let step = "action: query, input: {sql: SELECT 1}"
        try await IntegrationApplication.run(yaml(step, settings: "maxRows: 1")) { app in
            let error = await #expect(throws: IntegrationFailure.self) { try await app.execute() }
            #expect(error?.description == "The step \"a\" failed: There are more than 1 rows.")
        }
    }

    @Test func namesAreFoundWhateverStandsAroundThem() throws {
        let text = try SQLText("select /* users */ 'it''s', a.b -- c\nfrom \"T x\" as `q` where x = $2 and y=:: 1e5;")
        #expect(text.verb == "SELECT")
        #expect(text.names == ["select", "it's", "a", "b", "from", "t x", "as", "q", "where", "x", "and", "y"])
        #expect(text.placeholders == 2)
        #expect(text.sql.hasSuffix("1e5"))
    }

    @Test(arguments: [
        "SELECT 'a", "SELECT /* a", "SELECT $0", "SELECT $1a", "SELECT $$a$$", "SELECT :a", "SELECT @a",
        "SELECT E'a\\'b'",
        "SELECT 1;;",
    ])
    func whatCannotBeReadIsRefused(sql: String) {
        #expect(throws: SQLText.Problem.self) { try SQLText(sql) }
    }
}
