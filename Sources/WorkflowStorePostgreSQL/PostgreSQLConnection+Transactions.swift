#if PostgreSQL
import CLibPQ
import WorkflowStore

extension PostgreSQLConnection {
    /// Forgets how the job before went.
    func reset() {
        lastState = ""
        wasUndone = false
    }

    /// Looks for unqualified names of tables in a schema from now on. Call it between transactions.
    ///
    /// - Throws: ``SQLError``.
    func use(_ schema: String) throws {
        guard schema != self.schema else { return }
        var failure: SQLError?
        try send(plain: "SET search_path = \(schema), public")
        try receive { result in if let error = self.error(in: result) { failure = error } }
        if let failure { throw failure }
        self.schema = schema
    }

    /// Lets the next statement begin a transaction.
    ///
    /// - Parameter readOnly: Whether the server refuses statements that change something.
    func begin(readOnly: Bool = false) {
        transaction = .wanted(readOnly ? "BEGIN READ ONLY" : "BEGIN")
        transactionID = nil
        mayAskForID = !readOnly && era != nil
    }

    /// Makes what was changed durable. When the connection is lost meanwhile, another one tells what became of it.
    ///
    /// - Throws: ``SQLError``; ``wasUndone`` and ``isCommitUnknown`` say more then.
    func commit() throws {
        guard case .open = transaction else {
            transaction = .none
            return
        }
        transaction = .committing
        var failure: SQLError?
        do {
            try send(plain: "COMMIT")
            try receive { result in if let error = self.error(in: result) { failure = error } }
        } catch {
            try settle(error)
            failure = nil
        }
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

    private func send(plain sql: String) throws {
        try accepted(PQsendQueryParams(handle, sql, 0, nil, nil, nil, nil, 0))
        guard PQpipelineSync(handle) == 1 else { throw lost() }
    }
}
#endif
