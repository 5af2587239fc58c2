import Synchronization
import WorkflowStore

/// A database that remembers the queries it has run.
final class RecordingDatabase: SQLDatabase {
    private let database: any SQLDatabase
    private let queries = Queries()

    private final class Queries: Sendable {
        let texts = Mutex<[String: Int]>([:])
    }

    init(_ database: any SQLDatabase) {
        self.database = database
    }

    /// The texts of the queries, and how many values each has.
    var recorded: [String: Int] { queries.texts.withLock { $0 } }

    var isShared: Bool { database.isShared }
    var dialect: SQLDialect { database.dialect }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try await database.write(
            { [queries] in try body(Connection(connection: $0, queries: queries)) }, committed: committed)
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await database.read { [queries] in try body(Connection(connection: $0, queries: queries)) }
    }

    func close() async { await database.close() }

    private struct Connection: SQLConnection {
        let connection: any SQLConnection
        let queries: Queries

        func execute(_ statement: SQLStatement, _ arguments: [SQLValue]) throws -> Int {
            queries.texts.withLock { $0[statement.sql] = arguments.count }
            return try connection.execute(statement, arguments)
        }

        func query(_ statement: SQLStatement, _ arguments: [SQLValue], _ row: (any SQLRow) throws -> Void) throws {
            queries.texts.withLock { $0[statement.sql] = arguments.count }
            try connection.query(statement, arguments, row)
        }

        func executeScript(_ sql: String) throws { try connection.executeScript(sql) }
    }
}
