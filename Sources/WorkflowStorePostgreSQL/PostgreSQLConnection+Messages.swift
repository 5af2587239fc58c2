#if PostgreSQL
import CLibPQ
import WorkflowStore

extension PostgreSQLConnection {
    /// Statements that stay prepared.
    private static let preparedLimit = 256

    /// What a result in the pipeline belongs to.
    private enum Expected {
        case begin
        case preparation(SQLStatement)
        case step(Int)
        case identity
    }

    /// Sends statements and hands each of their results on; the first error, also one of `body`, ends that.
    func exchange(_ steps: [SQLStep], _ body: (Int, OpaquePointer) throws -> Void) throws {
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
        if unsendable == nil, wantsIdentity {
            try accepted(
                PQsendQueryPrepared(handle, try name(of: Self.identity, &expected), 0, nil, nil, nil, 0))
            expected.append(.identity)
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
            case .identity: readIdentity(result)
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
}
#endif
