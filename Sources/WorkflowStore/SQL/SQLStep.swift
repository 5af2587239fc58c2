/// One of several statements that a connection runs in a row.
public struct SQLStep: Sendable {
    /// The statement.
    public let statement: SQLStatement
    /// A value for each placeholder.
    public let arguments: [SQLValue]
    /// Whether it returns a row.
    public let returnsRow: Bool

    /// Creates a step.
    ///
    /// - Parameters:
    ///   - statement: The statement.
    ///   - arguments: A value for each placeholder.
    ///   - returnsRow: Whether it returns a row; others are not looked for.
    public init(_ statement: SQLStatement, _ arguments: [SQLValue], returnsRow: Bool = false) {
        self.statement = statement
        self.arguments = arguments
        self.returnsRow = returnsRow
    }
}

/// What became of a step.
public enum SQLStepOutcome {
    /// It was carried out: how many rows were inserted, updated or deleted, and the last row that it returned.
    case done(changes: Int, row: (any SQLRow)?)
    /// The database refused it.
    case failed(SQLError)
}

extension SQLConnection {
    public func run(_ steps: [SQLStep], _ outcome: (Int, SQLStepOutcome) throws -> Void) throws {
        for (index, step) in steps.enumerated() {
            do {
                if step.returnsRow {
                    var hasRow = false
                    try query(step.statement, step.arguments) { row in
                        hasRow = true
                        try outcome(index, .done(changes: 1, row: row))
                    }
                    if !hasRow { try outcome(index, .done(changes: 0, row: nil)) }
                } else {
                    try outcome(index, .done(changes: try execute(step.statement, step.arguments), row: nil))
                }
            } catch let error as SQLError {
                try outcome(index, .failed(error))
                throw error
            }
        }
    }
}
