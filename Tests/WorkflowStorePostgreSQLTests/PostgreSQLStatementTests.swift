#if PostgreSQL
import TestServices
import Testing
import WorkflowCore
import WorkflowModules
import WorkflowTesting

@Suite(.timeLimit(.minutes(2))) struct PostgreSQLStatementTests {
    private func run(extra: String = "", _ body: (DatabaseModule) async throws -> Void) async throws {
        try await DatabaseFixture.run(try PostgreSQLServer.shared().database(), extra: extra, body)
    }

    private func error(_ body: () async throws -> Void) async -> WorkflowError? {
        await #expect(throws: WorkflowError.self) { try await body() }
    }

    @Test(
        arguments: [
            ("true", true), ("false", false), ("(-7)::int2", -7), ("2147483647::int4", 2_147_483_647),
            ("(-9223372036854775808)::int8", .integer(.min)), ("1.5::float4", 1.5), ("0.1::float8", 0.1),
            ("'NaN'::float8", "NaN"), ("12::numeric", 12), ("1.25::numeric", 1.25), ("'NaN'::numeric", "NaN"),
            ("12345678901234567890123.45::numeric", .decimal("12345678901234567890123.45")),
            ("'{\"a\": [1, null]}'::jsonb", ["a": [1, .null]]), ("'[true]'::json", [true]), ("NULL::int4", .null),
            ("'tea ☕'::text", "tea ☕"), ("''::varchar", ""), ("'2026-01-02'::date", "2026-01-02"),
            ("'\\x00ff'::bytea", "\\x00ff"), ("ARRAY[1,2]", "{1,2}"),
            ("'0190b5c2-0000-7000-8000-000000000001'::uuid", "0190b5c2-0000-7000-8000-000000000001"),
        ] as [(String, JSONValue)])
    func valuesComeAsTheirTypes(expression: String, value: JSONValue) async throws {
        try await run { database in
            let found = try await database.query(SQLCommand("SELECT \(expression) AS v"), rowLimit: 1)
            #expect(found == SQLRows(columns: ["v"], rows: [[value]]))
        }
    }

    @Test(
        arguments: [
            ("bool", true), ("int8", 7), ("float8", 0.1), ("text", "it's \"x\"; --"), ("text", .null), ("text", "$1"),
            ("numeric", .decimal("12345678901234567890123.45")), ("jsonb", ["a": [1, .null]]), ("jsonb", [1, "x"]),
        ] as [(String, JSONValue)])
    func argumentsAreBound(type: String, value: JSONValue) async throws {
        try await run { database in
            let found = try await database.query(SQLCommand("SELECT $1::\(type), $1::\(type)", [value]), rowLimit: 1)
            #expect(found.rows == [[value, value]])
        }
    }

    @Test func changesAreCountedAndDurable() async throws {
        let server = try PostgreSQLServer.shared()
        let dsn = try server.database()
        try await DatabaseFixture.run(dsn) { database in
            let statements = [
                SQLCommand("CREATE TABLE public.items (id int PRIMARY KEY, name text)"),
                SQLCommand("INSERT INTO items SELECT n, $1 FROM generate_series(1, 5) n RETURNING id", ["tea"]),
                SQLCommand("UPDATE items SET name = $2 WHERE id <= $1", [2, .null]),
                SQLCommand("DELETE FROM items WHERE id = 5"),
                SQLCommand("DELETE FROM items WHERE id = 5"),
            ]
            var changes: [Int] = []
            for statement in statements { changes.append(try await database.execute(statement)) }
            #expect(changes == [0, 5, 2, 1, 0])
        }
        let name = try #require(dsn.split(separator: "/").last)
        #expect(try server.psql(String(name), "SELECT count(*), count(name) FROM items") == "4|2")
    }

    @Test func aQueryMustNotChangeAnything() async throws {
        try await run { database in
            _ = try await database.execute(SQLCommand("CREATE TABLE items (id int)"))
            _ = try await database.execute(SQLCommand("INSERT INTO items VALUES (1)"))
            for sql in [
                "DELETE FROM items", "WITH gone AS (DELETE FROM items RETURNING id) SELECT id FROM gone",
                "CREATE TABLE others (id int)", "SELECT setval(pg_get_serial_sequence('s', 'id'), 5)",
            ] {
                if sql.contains("setval") { _ = try await database.execute(SQLCommand("CREATE TABLE s (id serial)")) }
                let error = await error { _ = try await database.query(SQLCommand(sql), rowLimit: 10) }
                #expect(error?.code == .invalidInput)
                #expect(error?.message == "A query must not change anything; use execute.")
            }
            #expect(try await database.query(SQLCommand("SELECT id FROM items"), rowLimit: 10).rows == [[1]])
        }
    }

    @Test func rowsAreLimited() async throws {
        try await run { database in
            let all = try await database.query(SQLCommand("SELECT generate_series(1, 3) AS n"), rowLimit: 3)
            #expect(all == SQLRows(columns: ["n"], rows: [[1], [2], [3]]))
            let none = try await database.query(SQLCommand("SELECT 1 AS n, 2 AS m WHERE false"), rowLimit: 3)
            #expect(none == SQLRows(columns: ["n", "m"], rows: []))
            // More than anybody would wait for.
            let endless = SQLCommand("SELECT generate_series(1, 1000000000000) AS n")
            let error = await error { _ = try await database.query(endless, rowLimit: 3) }
            #expect(error?.code == .limitExceeded)
            #expect(error?.message == "There are more than 3 rows.")
        }
    }

    @Test(
        arguments: [
            ("SELECT nope", [], "the database refused a statement: column \"nope\" does not exist"),
            (
                "SELECT 1; SELECT 2", [],
                "the database refused a statement: cannot insert multiple commands into a prepared statement"
            ),
            ("SELECT $1::int", [], "the statement has another number of placeholders than there are values"),
            ("SELECT $1::int", ["x"], "the database refused a value: invalid input syntax for type integer: \"…\""),
            ("COPY (SELECT 1) TO STDOUT", [], "the database cannot run COPY here"),
            ("SELECT $1::text", ["a\0b"], "a text holds the character NUL, which PostgreSQL cannot keep"),
        ] as [(String, [JSONValue], String)])
    func whatTheDatabaseRefusesIsTold(sql: String, arguments: [JSONValue], message: String) async throws {
        try await run(extra: ", maxOpenConns: 1") { database in
            let error = await error { _ = try await database.query(SQLCommand(sql, arguments), rowLimit: 1) }
            #expect(error?.code == .invalidInput)
            #expect(error?.message == message)
            let next = try await database.query(SQLCommand("SELECT 1"), rowLimit: 1)
            #expect(next.rows == [[1]])
        }
    }

    @Test func aSecondRowWithTheSameKeyIsAConflict() async throws {
        try await run { database in
            _ = try await database.execute(SQLCommand("CREATE TABLE items (id int PRIMARY KEY)"))
            _ = try await database.execute(SQLCommand("INSERT INTO items VALUES (1)"))
            let error = await error { _ = try await database.execute(SQLCommand("INSERT INTO items VALUES (2), (1)")) }
            #expect(error?.code == .conflict)
            #expect(error?.message == "a row with this key exists")
            #expect(try await database.query(SQLCommand("SELECT id FROM items"), rowLimit: 9).rows == [[1]])
        }
    }

    @Test func aStatementLeavesNoSettingsBehind() async throws {
        try await run(extra: ", maxOpenConns: 1") { database in
            let path = SQLCommand("SELECT current_setting('search_path')")
            let set = "set_config('search_path', 'pg_catalog', false)"
            let before = try await database.query(path, rowLimit: 1)
            _ = try await database.query(SQLCommand("SELECT \(set)"), rowLimit: 1)
            #expect(try await database.query(path, rowLimit: 1) == before)
            _ = try await database.execute(SQLCommand("CREATE TABLE public.t (v text)"))
            _ = try await database.execute(SQLCommand("INSERT INTO public.t VALUES (\(set))"))
            #expect(try await database.query(path, rowLimit: 1) == before)
        }
    }

    @Test(arguments: ["query", "execute"])
    func aCancelledTaskEndsItsStatement(action: String) async throws {
        try await run { database in
            let (sleeping, name) = (SQLCommand("SELECT pg_sleep(600), 'asleep'"), "%asleep%")
            let task = Task {
                if action == "query" { return try await database.query(sleeping, rowLimit: 1).rows.count }
                return try await database.execute(sleeping)
            }
            let running = SQLCommand(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE $1",
                [.string(name)])
            while try await database.query(running, rowLimit: 1).rows != [[1]] {}
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await database.query(running, rowLimit: 1).rows == [[0]])
        }
    }

    @Test func aCancelledTaskDoesNotEndTheStatementOfAnother() async throws {
        try await run(extra: ", maxOpenConns: 1") { database in
            for round in 0..<100 {
                let task = Task { try await database.query(SQLCommand("SELECT pg_sleep(0.002)"), rowLimit: 1).rows }
                for _ in 0..<round { await Task.yield() }
                async let other = database.query(SQLCommand("SELECT pg_sleep(0.001)::text, $1::int", [7]), rowLimit: 1)
                task.cancel()
                let rows = try await other.rows
                #expect(rows == [["", 7]])
                // It may have ended before.
                _ = await task.result
            }
        }
    }

    @Test func aCancelledTaskChangesNothing() async throws {
        try await run(extra: ", maxOpenConns: 1") { database in
            _ = try await database.execute(SQLCommand("CREATE TABLE items (id int)"))
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return try await database.execute(SQLCommand("INSERT INTO items VALUES (1)"))
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await database.query(SQLCommand("SELECT id FROM items"), rowLimit: 9).rows == [])
        }
    }
}
#endif
