#if PostgreSQL
import CLibPQ
import WorkflowCore
import WorkflowStore

extension PostgreSQLConnection {
    /// Values in one statement, as many as the protocol can count.
    private static let mostArguments = 65_535

    /// Runs a statement of another module that only reads.
    ///
    /// - Throws: ``SQLError``; ``WorkflowError`` `.invalidInput` when it would change something, `.limitExceeded`;
    ///   `CancellationError`.
    func read(_ command: SQLCommand, rowLimit: Int, _ cancellation: StatementCancellation) throws -> SQLRows {
        begin(readOnly: true)
        var columns: [String] = []
        var rows: [[JSONValue]] = []
        try run(command, cancellation, closing: nil) { result in
            if columns.isEmpty {
                columns = (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
            }
            for index in 0..<PQntuples(result) {
                guard rows.count < rowLimit else {
                    throw WorkflowError(.limitExceeded, "There are more than \(rowLimit) rows.")
                }
                let row = PostgreSQLRow(result: result, index: index)
                rows.append(columns.indices.map { row.value($0) })
            }
        }
        // So that nothing stays of what a function of the query may have set.
        rollback()
        return SQLRows(columns: columns, rows: rows)
    }

    /// Runs a statement of another module that changes something.
    ///
    /// - Returns: The number of rows that were inserted, changed or removed.
    /// - Throws: ``SQLError``; ``WorkflowError`` `.invalidInput`, `.limitExceeded`; `CancellationError`.
    func write(_ command: SQLCommand, _ cancellation: StatementCancellation) throws -> Int {
        begin()
        var changes = 0
        try run(command, cancellation, closing: "RESET ALL") { result in
            let status = String(cString: PQcmdStatus(result))
            guard ["INSERT", "UPDATE", "DELETE", "MERGE"].contains(where: { status.hasPrefix($0) }) else { return }
            changes += Int(String(cString: PQcmdTuples(result))) ?? 0
        }
        try commit()
        // RESET ALL has gone back to it.
        schema = settings.schema
        return changes
    }

    private func run(
        _ command: SQLCommand, _ cancellation: StatementCancellation, closing: String?,
        _ body: (OpaquePointer) throws -> Void
    ) throws {
        guard command.arguments.count <= Self.mostArguments else {
            throw SQLError(.invalidStatement, "the statement has more than \(Self.mostArguments) values")
        }
        let arguments = command.arguments.map { SQLValue(text: $0) }
        do {
            try cancellation.run(on: handle) {
                try exchangeOnce(command.sql, arguments, closing: closing, body)
            }
        } catch let error as SQLError {
            throw meaning(of: error)
        }
    }

    /// What an error means for the statement of another module.
    private func meaning(of error: SQLError) -> any Error {
        switch lastState {
        case "25006":
            WorkflowError(.invalidInput, "A query must not change anything; use execute.")
        case "57014":
            WorkflowError(.limitExceeded, "The statement took longer than \(settings.statementTimeout).")
        case "08P01":
            SQLError(.invalidStatement, "the statement has another number of placeholders than there are values")
        default: error
        }
    }
}
#endif
