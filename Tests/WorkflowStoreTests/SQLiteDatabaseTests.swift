#if SQLite
import Foundation
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowStoreSQLite

@Suite struct SQLiteDatabaseTests {
    private static let create = "CREATE TABLE numbers (n INTEGER PRIMARY KEY, text TEXT)"
    private static let insert = SQLStatement("INSERT INTO numbers (n, text) VALUES (?, ?)")
    private static let select = SQLStatement("SELECT n, text FROM numbers ORDER BY n")

    private static func numbers(_ database: SQLiteDatabase) async throws -> [Int64] {
        try await database.read { connection in
            var numbers: [Int64] = []
            try connection.query(select, []) { numbers.append($0.integer(0)) }
            return numbers
        }
    }

    private static func insert(_ number: Int64, into database: SQLiteDatabase) async throws {
        try await database.write { try $0.execute(insert, [.integer(number), .null]) }
    }

    private static func withDatabase<Result>(
        _ path: String, _ change: (inout SQLiteDatabase.Configuration) -> Void = { _ in },
        _ body: (SQLiteDatabase) async throws -> Result
    ) async throws -> Result {
        var configuration = SQLiteDatabase.Configuration(path: path)
        change(&configuration)
        let database = try await SQLiteDatabase.open(configuration)
        do {
            let result = try await body(database)
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }

    @Test(arguments: [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("busy_timeout", "5000")])
    func writerUsesSafeSettings(pragma: String, expected: String) async throws {
        try await withTemporaryFolder { folder in
            try await Self.withDatabase(folder + "/d.sqlite") { database in
                let value = try await database.write { connection in
                    var value = ""
                    try connection.query(SQLStatement("PRAGMA \(pragma)"), []) { value = $0.text(0) }
                    return value
                }
                #expect(value == expected)
            }
        }
    }

    @Test func aMemberThatRollsEverythingBackTakesNobodyAlong() async throws {
        try await withTemporaryFolder { folder in
            try await Self.withDatabase(folder + "/d.sqlite") { database in
                try await database.write { try $0.executeScript(Self.create) }
                try await Self.insert(0, into: database)
                let culprit = SQLStatement("INSERT OR ROLLBACK INTO numbers (n, text) VALUES (?, ?)")
                for round in 0..<20 {
                    let failures = await withTaskGroup(of: Int.self) { group in
                        for number in 1...20 {
                            group.addTask {
                                do {
                                    try await Self.insert(Int64(round * 100 + number), into: database)
                                    return 0
                                } catch {
                                    return 1
                                }
                            }
                        }
                        group.addTask {
                            do {
                                try await database.write { try $0.execute(culprit, [.integer(0), .null]) }
                                return 1000
                            } catch {
                                return 0
                            }
                        }
                        return await group.reduce(0, +)
                    }
                    #expect(failures == 0, "the culprit fails, and only that")
                }
                #expect(try await Self.numbers(database).count == 401)
            }
        }
    }

    @Test func readersCannotWrite() async throws {
        try await withTemporaryFolder { folder in
            try await Self.withDatabase(folder + "/d.sqlite") { database in
                try await database.write { try $0.executeScript(Self.create) }
                await #expect(throws: SQLError.self) {
                    try await database.read { try $0.execute(Self.insert, [.integer(1), .null]) }
                }
            }
        }
    }

    @Test func createsPrivateFilesAndFolders() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/deep/er/d.sqlite"
            try await Self.withDatabase(path) { database in
                try await database.write { try $0.executeScript(Self.create) }
                func mode(_ path: String) throws -> Int? {
                    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                }
                #expect(try mode(folder + "/deep") == 0o700)
                #expect(try mode(folder + "/deep/er") == 0o700)
                for suffix in ["", "-wal", "-shm", ".lock"] { #expect(try mode(path + suffix) == 0o600, "\(suffix)") }
            }
        }
    }

    @Test func keepsTextExactly() async throws {
        try await withTemporaryFolder { folder in
            try await Self.withDatabase(folder + "/d.sqlite") { database in
                let texts = ["", "a\u{0}b", "caf\u{E9}", "cafe\u{301}", "🙂", String(repeating: "x", count: 100_000)]
                let read = try await database.write { connection in
                    try connection.executeScript(Self.create)
                    for (index, text) in texts.enumerated() {
                        try connection.execute(
                            Self.insert,
                            [.integer(Int64(index)), index % 2 == 0 ? .text(text) : .utf8(Array(text.utf8))])
                    }
                    var read: [[UInt8]] = []
                    try connection.query(Self.select, []) { read.append(Array($0.text(1).utf8)) }
                    return read
                }
                #expect(read == texts.map { Array($0.utf8) })
            }
        }
    }

    @Test func groupsConcurrentTransactionsIntoFewCommits() async throws {
        try await withTemporaryFolder { folder in
            try await Self.withDatabase(folder + "/d.sqlite") { database in
                try await database.write { try $0.executeScript(Self.create) }
                let before = database.statistics
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 0..<64 {
                        group.addTask {
                            for n in 0..<10 { try await Self.insert(Int64(task * 10 + n), into: database) }
                        }
                    }
                    try await group.waitForAll()
                }
                let after = database.statistics
                #expect(after.transactions - before.transactions == 640)
                #expect(after.commits - before.commits < 320)
                #expect(try await Self.numbers(database).count == 640)
            }
        }
    }

    @Test func undoesAFailingMemberOfAGroupAlone() async throws {
        struct Refusal: Error {}
        try await withTemporaryFolder { folder in
            try await Self.withDatabase(folder + "/d.sqlite") { database in
                try await database.write { try $0.executeScript(Self.create) }
                let failures = await withTaskGroup(of: Bool.self) { group in
                    for n in 0..<300 {
                        group.addTask {
                            do {
                                try await database.write { connection in
                                    if n % 7 == 1 { throw Refusal() }
                                    try connection.execute(Self.insert, [.integer(Int64(n)), .null])
                                    if n % 5 == 0 { throw Refusal() }
                                    if n % 3 == 0 { try connection.execute(Self.insert, [.integer(Int64(n)), .null]) }
                                }
                                return false
                            } catch {
                                return true
                            }
                        }
                    }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                let expected = (0..<300).filter { $0 % 7 != 1 && $0 % 5 != 0 && $0 % 3 != 0 }.map(Int64.init)
                #expect(try await Self.numbers(database) == expected)
                #expect(failures == 300 - expected.count)
                #expect(database.statistics.repeats > 0)
            }
        }
    }

    @Test func tellsOfCommitsInTheirOrderAndBeforeCallersContinue() async throws {
        final class Log: @unchecked Sendable {  // Only the writing thread appends; it is read when all is done.
            var entries: [Int64] = []
        }
        let log = Log()
        try await Self.withDatabase(":memory:") { database in
            try await database.write { try $0.executeScript(Self.create) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        _ = try await database.write(
                            { connection in
                                var next: Int64 = 0
                                try connection.query(SQLStatement("SELECT count(*) FROM numbers"), []) {
                                    next = $0.integer(0)
                                }
                                try connection.execute(Self.insert, [.integer(next), .null])
                                return next
                            }, committed: { log.entries.append($0) })
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(log.entries == (0..<100).map(Int64.init))
    }

    @Test func refusesUseAfterClose() async throws {
        let database = try await SQLiteDatabase.open(SQLiteDatabase.Configuration(path: ":memory:"))
        await database.close()
        await database.close()
        let error = await #expect(throws: SQLError.self) { try await Self.numbers(database) }
        #expect(error?.kind == .unavailable)
    }
}
#endif
