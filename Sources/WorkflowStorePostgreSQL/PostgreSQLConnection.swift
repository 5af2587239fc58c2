#if PostgreSQL
import CLibPQ
import WorkflowStore

/// A connection, confined to the thread that uses it.
///
/// It is in pipeline mode: what belongs together is sent together, and one wait brings all results. `BEGIN` travels with
/// the first statement of a transaction.
final class PostgreSQLConnection: SQLConnection {
    /// Where a transaction is.
    enum Transaction {
        case none
        /// This is to be sent with the next statement.
        case wanted(String)
        case open
        /// `COMMIT` has been sent: whether it took effect is not known when the connection is lost.
        case committing
    }

    /// Statements in one message; their results must fit the buffers of the system, since nobody reads them before all
    /// are sent.
    static let longestMessage = 64

    let settings: ConnectionSettings
    var handle: OpaquePointer
    /// Where unqualified names of tables are looked for.
    var schema: String
    /// What the server has prepared for this connection.
    var prepared: [ObjectIdentifier: (statement: SQLStatement, name: String)] = [:]
    var statementCount = 0
    var parameters = ParameterBuffer()
    var transaction = Transaction.none
    /// What the server calls the transaction, as soon as that has changed something; `nil` also when nobody asks.
    var transactionID: Int64?
    var mayAskForID = false
    /// Whether a commit whose answer was lost turned out to have had no effect, since ``reset()``.
    var wasUndone = false
    /// The history of the server that transaction numbers belong to; `nil` when the server does not tell.
    var era: String?
    /// The code of the last error of the server since ``reset()``.
    var lastState = ""
    /// Whether the connection waits for something that never comes.
    var isStuck = false

    /// Opens a connection. Blocks.
    ///
    /// - Throws: ``SQLError`` `.unavailable`.
    init(_ settings: ConnectionSettings) throws {
        self.settings = settings
        schema = settings.schema
        handle = try Self.open(settings)
        do { try prepareSession() } catch {
            close()
            throw error
        }
    }

    /// Whether the connection cannot be used any more.
    var isLost: Bool { isStuck || PQstatus(handle) != CONNECTION_OK }

    /// Whether the server has no transaction open for it.
    var isBetweenTransactions: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// Whether a commit may have taken effect although its answer did not come.
    var isCommitUnknown: Bool { if case .committing = transaction { true } else { false } }

    func close() { PQfinish(handle) }

    // MARK: - Statements

    @discardableResult
    func execute(_ statement: SQLStatement, _ arguments: [SQLValue]) throws -> Int {
        var changes = 0
        try run([SQLStep(statement, arguments)]) { _, outcome in
            if case .done(let count, _) = outcome { changes = count }
        }
        return changes
    }

    func query(_ statement: SQLStatement, _ arguments: [SQLValue], _ row: (any SQLRow) throws -> Void) throws {
        try exchange([SQLStep(statement, arguments)]) { _, result in
            if let error = error(in: result) { throw error }
            for index in 0..<PQntuples(result) { try row(PostgreSQLRow(result: result, index: index)) }
        }
    }

    func run(_ steps: [SQLStep], _ outcome: (Int, SQLStepOutcome) throws -> Void) throws {
        var start = 0
        while start < steps.count {
            let end = min(steps.count, start + Self.longestMessage)
            try exchange(Array(steps[start..<end])) { index, result in
                if let error = error(in: result) {
                    try outcome(start + index, .failed(error))
                    throw error
                }
                let count = PQntuples(result)
                try outcome(
                    start + index,
                    .done(
                        changes: Int(String(cString: PQcmdTuples(result))) ?? 0,
                        row: count > 0 ? PostgreSQLRow(result: result, index: count - 1) : nil))
            }
            start = end
        }
    }

    func executeScript(_ sql: String) throws {
        // Several statements need the simple protocol, which pipelines do not have.
        guard PQexitPipelineMode(handle) == 1 else { throw lost() }
        defer { PQenterPipelineMode(handle) }
        if case .wanted = transaction { transaction = .open }
        let isOpen = PQtransactionStatus(handle) != PQTRANS_IDLE
        let result = PQexec(handle, isOpen ? sql : "BEGIN; \(sql)")
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK else {
            throw isLost ? lost() : remembered(result)
        }
    }
}
#endif
