/// A connection to a database inside a transaction, used synchronously on one thread.
public protocol SQLConnection {
    /// Runs a statement that returns no rows.
    ///
    /// - Parameters:
    ///   - statement: The statement.
    ///   - arguments: A value for each placeholder.
    /// - Returns: The number of rows that were inserted, updated or deleted.
    /// - Throws: ``SQLError``.
    @discardableResult
    func execute(_ statement: SQLStatement, _ arguments: [SQLValue]) throws -> Int

    /// Runs a statement to its end and calls `row` for each row that it returns.
    ///
    /// - Parameters:
    ///   - statement: The statement.
    ///   - arguments: A value for each placeholder.
    ///   - row: Receives the rows in order; an error it throws ends the query.
    /// - Throws: ``SQLError``, or what `row` throws.
    func query(_ statement: SQLStatement, _ arguments: [SQLValue], _ row: (any SQLRow) throws -> Void) throws

    /// Runs statements in order until one fails. A database at a distance gets them in one message.
    ///
    /// - Parameters:
    ///   - steps: The statements.
    ///   - outcome: Receives the index of each statement and what became of it; an error it throws ends the run, and
    ///     statements behind that one may have been carried out by then. It must not throw an ``SQLError``.
    /// - Throws: The ``SQLError`` of the statement that failed, or what `outcome` throws.
    func run(_ steps: [SQLStep], _ outcome: (Int, SQLStepOutcome) throws -> Void) throws

    /// Runs several statements without arguments, separated by semicolons; the only way to change the schema.
    ///
    /// - Throws: ``SQLError``.
    func executeScript(_ sql: String) throws
}
