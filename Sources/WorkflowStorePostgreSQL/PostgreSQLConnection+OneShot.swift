#if PostgreSQL
import CLibPQ
import WorkflowStore

extension PostgreSQLConnection {
    /// Runs a statement that is not kept, and hands on its result row by row.
    ///
    /// - Parameters:
    ///   - sql: The statement, with `$1`, `$2`, … for values.
    ///   - arguments: The values.
    ///   - closing: What follows in the same transaction, without a result.
    ///   - body: Gets one result for each row, and one for the end. When it throws, the statement is ended.
    /// - Throws: ``SQLError``, or what `body` throws.
    func exchangeOnce(
        _ sql: String, _ arguments: [SQLValue], closing: String?, _ body: (OpaquePointer) throws -> Void
    ) throws {
        try parameters.fill(arguments)
        let statement = try sendBegin() ? 1 : 0
        try accepted(parameters.withPointers { PQsendQueryParams(handle, sql, $0, nil, $1, nil, nil, 0) })
        if let closing { try accepted(PQsendQueryParams(handle, closing, 0, nil, nil, nil, nil, 0)) }
        let identity = statement + (closing == nil ? 1 : 2)
        if wantsIdentity { try accepted(PQsendQueryParams(handle, Self.identity.sql, 0, nil, nil, nil, nil, 0)) }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        var failure: (any Error)?
        var position = 0
        // Without this libpq would keep all rows, however many there are.
        PQsetSingleRowMode(handle)
        try receive { result in
            guard failure == nil, PQresultStatus(result) != PGRES_PIPELINE_ABORTED else { return }
            if let error = error(in: result) {
                failure = error
            } else if position == statement {
                do { try body(result) } catch {
                    failure = error
                    interrupt()
                }
            } else if position == identity {
                readIdentity(result)
            }
        } next: {
            position += 1
            PQsetSingleRowMode(handle)
        }
        if let failure { throw failure }
    }

    /// Ends the statement whose rows nobody wants any more.
    private func interrupt() {
        guard let target = PQgetCancel(handle) else { return }
        StatementCancellation.request(target)
        PQfreeCancel(target)
    }
}
#endif
