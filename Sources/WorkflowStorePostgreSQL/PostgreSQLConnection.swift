#if PostgreSQL
import CLibPQ
import WorkflowStore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A connection, confined to the thread that uses it.
///
/// It is in pipeline mode: what belongs together is sent together, and one wait brings all results. `BEGIN` travels with
/// the first statement of a transaction.
final class PostgreSQLConnection: SQLConnection {
    /// Where a transaction is.
    private enum Transaction {
        case none
        /// This is to be sent with the next statement.
        case wanted(String)
        case open
        /// `COMMIT` has been sent: whether it took effect is not known when the connection is lost.
        case committing
    }

    /// Statements in one message; their results must fit the buffers of the system, since nobody reads them before all
    /// are sent.
    private static let longestMessage = 64
    /// Statements that stay prepared.
    private static let preparedLimit = 256

    let settings: ConnectionSettings
    private(set) var handle: OpaquePointer
    private var prepared: [ObjectIdentifier: (statement: SQLStatement, name: String)] = [:]
    private var statementCount = 0
    var parameters = ParameterBuffer()
    private var transaction = Transaction.none
    /// The code of the last error of the server since ``reset()``.
    private(set) var lastState = ""

    /// Opens a connection. Blocks.
    ///
    /// - Throws: ``SQLError`` `.unavailable`.
    init(_ settings: ConnectionSettings) throws {
        self.settings = settings
        handle = try Self.open(settings)
        do { try prepareSession() } catch {
            close()
            throw error
        }
    }

    /// Whether the connection waits for something that never comes.
    private var isStuck = false

    /// Whether the connection cannot be used any more.
    var isLost: Bool { isStuck || PQstatus(handle) != CONNECTION_OK }

    /// Whether the server has no transaction open for it.
    var isBetweenTransactions: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// Whether a commit may have taken effect although its answer did not come.
    var isCommitUnknown: Bool { if case .committing = transaction { true } else { false } }

    func close() { PQfinish(handle) }

    /// Takes the place of a connection that was lost. Blocks.
    func reopen() throws {
        let handle = try Self.open(settings)
        PQfinish(self.handle)
        self.handle = handle
        prepared = [:]
        transaction = .none
        isStuck = false
        try prepareSession()
    }

    private static func open(_ settings: ConnectionSettings) throws -> OpaquePointer {
        var names: [UnsafePointer<CChar>?] = settings.parameters.map { UnsafePointer(strdup($0.name)) } + [nil]
        var values: [UnsafePointer<CChar>?] = settings.parameters.map { UnsafePointer(strdup($0.value)) } + [nil]
        defer { for pointer in names + values { free(UnsafeMutablePointer(mutating: pointer)) } }
        guard let handle = PQconnectdbParams(&names, &values, 0) else {
            throw SQLError(.unavailable, "there is no memory for a connection")
        }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw SQLError(
                .unavailable, "the database \(settings.location) cannot be reached: \(reason(PQerrorMessage(handle)))")
        }
        return handle
    }

    /// Creates our schema when it is not there, and begins pipeline mode.
    private func prepareSession() throws {
        // A role that may not create schemas has one made for it; then there is nothing to do.
        let sql = "SELECT count(*) FROM pg_namespace WHERE nspname = '\(settings.schema)'"
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_TUPLES_OK, let result else {
            throw isLost ? lost(result) : SQLError(result: result, at: settings.location)
        }
        if PostgreSQLRow(result: result, index: 0).integer(0) == 0 {
            let creation = PQexec(handle, "CREATE SCHEMA IF NOT EXISTS \(settings.schema)")
            defer { PQclear(creation) }
            // Another process may have been faster (42P06, 23505).
            let state = creation.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "C"))) }.map {
                String(cString: $0)
            }
            guard PQresultStatus(creation) == PGRES_COMMAND_OK || state == "42P06" || state == "23505" else {
                throw isLost ? lost(creation) : SQLError(result: creation, at: settings.location)
            }
        }
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
    }

    // MARK: - Transactions

    /// Forgets how the job before went.
    func reset() { lastState = "" }

    /// Lets the next statement begin a transaction.
    ///
    /// - Parameter readOnly: Whether the server refuses statements that change something.
    func begin(readOnly: Bool = false) { transaction = .wanted(readOnly ? "BEGIN READ ONLY" : "BEGIN") }

    /// Makes what was changed durable.
    func commit() throws {
        guard case .open = transaction else {
            transaction = .none
            return
        }
        transaction = .committing
        try send(plain: "COMMIT")
        var failure: SQLError?
        try receive { result in if let error = self.error(in: result) { failure = error } }
        transaction = .none
        if let failure { throw failure }
    }

    /// Undoes what was changed, when there is something to undo.
    func rollback() {
        defer { transaction = .none }
        guard case .open = transaction, !isLost else { return }
        do {
            try send(plain: "ROLLBACK")
            try receive { _ in }
        } catch {
            // The connection is lost, and the server has undone everything.
        }
    }

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

    // MARK: - Messages

    /// What a result in the pipeline belongs to.
    private enum Expected {
        case begin
        case preparation(SQLStatement)
        case step(Int)
    }

    /// Sends statements and hands each of their results on; the first error, also one of `body`, ends that.
    private func exchange(_ steps: [SQLStep], _ body: (Int, OpaquePointer) throws -> Void) throws {
        var expected: [Expected] = []
        if try sendBegin() { expected.append(.begin) }
        if prepared.count + steps.count > Self.preparedLimit, prepared.count > 0 { try forgetPrepared(&expected) }
        var unsendable: SQLError?
        for (index, step) in steps.enumerated() {
            do { try parameters.fill(step.arguments) } catch let error as SQLError {
                unsendable = error
                break
            }
            let name = try self.name(of: step.statement, &expected)
            try accepted(
                parameters.withPointers { PQsendQueryPrepared(handle, name, $0, $1, nil, nil, 0) })
            expected.append(.step(index))
        }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        var failure: (any Error)?
        var position = 0
        try receive { result in
            guard position < expected.count else { return }
            defer { position += 1 }
            let status = PQresultStatus(result)
            if case .preparation(let statement) = expected[position], status != PGRES_COMMAND_OK {
                prepared[ObjectIdentifier(statement)] = nil
            }
            guard failure == nil, status != PGRES_PIPELINE_ABORTED else { return }
            switch expected[position] {
            case .begin, .preparation:
                if let error = error(in: result) { failure = error }
            case .step(let index):
                do { try body(index, result) } catch { failure = error }
            }
        }
        if let failure { throw failure }
        if let unsendable { throw unsendable }
    }

    /// Sends what begins a transaction, when one is wanted.
    ///
    /// - Returns: Whether it did.
    func sendBegin() throws -> Bool {
        guard case .wanted(let sql) = transaction else { return false }
        try accepted(PQsendQueryParams(handle, sql, 0, nil, nil, nil, nil, 0))
        transaction = .open
        return true
    }

    /// The name under which a statement is prepared, or will be by this message.
    private func name(of statement: SQLStatement, _ expected: inout [Expected]) throws -> String {
        if let known = prepared[ObjectIdentifier(statement)] { return known.name }
        statementCount += 1
        let name = "w\(statementCount)"
        try accepted(PQsendPrepare(handle, name, NumberedStatement.text(statement.sql), 0, nil))
        expected.append(.preparation(statement))
        prepared[ObjectIdentifier(statement)] = (statement, name)
        return name
    }

    private func forgetPrepared(_ expected: inout [Expected]) throws {
        try accepted(PQsendQueryParams(handle, "DEALLOCATE ALL", 0, nil, nil, nil, nil, 0))
        expected.append(.begin)
        prepared = [:]
    }

    private func send(plain sql: String) throws {
        try accepted(PQsendQueryParams(handle, sql, 0, nil, nil, nil, nil, 0))
        guard PQpipelineSync(handle) == 1 else { throw lost() }
    }

    func accepted(_ code: Int32) throws {
        guard code == 1 else { throw lost() }
    }

    /// Reads results up to the end of the message.
    ///
    /// - Parameters:
    ///   - body: Gets the results of statements.
    ///   - next: Called between one statement and the next one.
    func receive(_ body: (OpaquePointer) -> Void, next: () -> Void = {}) throws {
        var nothing = 0
        while true {
            guard let result = PQgetResult(handle) else {
                // One without a result ends a statement; two are the end of the connection.
                nothing += 1
                guard nothing < 2, !isLost else { throw lost() }
                next()
                continue
            }
            nothing = 0
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC: return
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                // Pipelines cannot copy, and cannot get out of it either.
                isStuck = true
                throw SQLError(.invalidStatement, "the database cannot run COPY here")
            default: break
            }
            guard !isLost else { throw lost(result) }
            body(result)
        }
    }

    func error(in result: OpaquePointer) -> SQLError? {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: nil
        default: remembered(result)
        }
    }

    private func remembered(_ result: OpaquePointer?) -> SQLError {
        lastState =
            result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "C"))) }.map { String(cString: $0) } ?? ""
        return SQLError(result: result, at: settings.location)
    }

    func lost(_ result: OpaquePointer? = nil) -> SQLError {
        let text = result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "M"))) } ?? PQerrorMessage(handle)
        return SQLError(
            .unavailable, "the connection to the database \(settings.location) was lost: \(Self.reason(text))")
    }

    /// The first line of a message of libpq.
    private static func reason(_ message: UnsafePointer<CChar>?) -> String {
        let text = message.map { String(cString: $0) } ?? ""
        return text.split { $0 == "\n" || $0 == "\t" }.joined(separator: "; ")
    }
}
#endif
