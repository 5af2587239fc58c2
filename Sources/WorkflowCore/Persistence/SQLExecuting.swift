/// A database that runs single statements for other modules.
///
/// What implementations promise:
/// - A statement is a transaction of its own. What changes data is durable when the call returns, and changes nothing
///   when it throws.
/// - Placeholders are `$1`, `$2` and so on and stand for ``SQLCommand/arguments``, which are only ever bound, never
///   written into the text. Booleans are bound as 1 and 0 where the database has none, arrays and objects as JSON text.
/// - Nothing blocks the thread of the caller.
public protocol SQLExecuting: Sendable {
    /// The tables, in lower case, that belong to the engine; statements must not name them.
    var reservedTables: Set<String> { get }

    /// Runs a statement that only reads.
    ///
    /// - Parameters:
    ///   - command: The statement.
    ///   - rowLimit: The greatest number of rows.
    /// - Throws: ``WorkflowError``: `.invalidInput` when the statement is refused, also because it would change
    ///   something; `.limitExceeded` when there are more rows; `.unavailable`.
    func query(_ command: SQLCommand, rowLimit: Int) async throws -> SQLRows

    /// Runs a statement that changes something.
    ///
    /// - Returns: The number of rows that were inserted, changed or removed.
    /// - Throws: ``WorkflowError``: `.invalidInput` when the statement is refused, `.conflict` when a uniqueness
    ///   condition does not hold, `.storageFull`, `.unavailable`.
    func execute(_ command: SQLCommand) async throws -> Int
}

/// A statement and the values of its placeholders.
public struct SQLCommand: Sendable, Hashable {
    /// The text, with `$1`, `$2`, … for values.
    public var sql: String
    /// The values; the first one is that of `$1`.
    public var arguments: [JSONValue]

    /// Creates a statement.
    public init(_ sql: String, _ arguments: [JSONValue] = []) {
        self.sql = sql
        self.arguments = arguments
    }
}

/// What a query found.
public struct SQLRows: Sendable, Hashable {
    /// The names of the columns in order.
    public var columns: [String]
    /// The rows, each with a value for every column.
    public var rows: [[JSONValue]]

    /// Creates a result.
    public init(columns: [String], rows: [[JSONValue]]) {
        self.columns = columns
        self.rows = rows
    }
}
