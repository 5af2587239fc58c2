#if PostgreSQL
import CLibPQ
import WorkflowStore

/// What becomes of a commit whose answer was lost.
extension PostgreSQLConnection {
    private enum Fate {
        case committed, undone, unknown
    }

    /// How long the server is asked at most, for instance while it starts again.
    private static let settlingTime = Duration.seconds(8)
    private static let pause = Duration.milliseconds(50)
    /// After how many questions the transaction is ended, when it still goes on.
    private static let patience = 3

    /// What the server calls the transaction.
    static let identity = SQLStatement("SELECT txid_current_if_assigned()")
    private static let status = SQLStatement(
        "SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE txid_status(?::bigint) END")
    private static let end = SQLStatement(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid::text = (?::bigint % 4294967296)::text
        """)

    /// Whether the number of the transaction is to be asked for with the next message.
    var wantsIdentity: Bool {
        guard case .open = transaction else { return false }
        return mayAskForID && transactionID == nil
    }

    /// Takes the number of the transaction, when it has one.
    func readIdentity(_ result: OpaquePointer) {
        guard error(in: result) == nil, PQntuples(result) == 1 else { return }
        let row = PostgreSQLRow(result: result, index: 0)
        if !row.isNull(0) { transactionID = row.integer(0) }
    }

    /// Finds out, on a new connection, what became of the commit. Blocks for some seconds at most.
    ///
    /// - Parameter error: How the connection was lost.
    /// - Throws: `error`, unless the transaction took effect.
    func settle(_ error: any Error) throws {
        guard isLost else { throw error }
        let fate = transactionID.map { self.fate(of: $0, in: era) } ?? .unknown
        lastState = ""
        switch fate {
        case .committed: return
        case .undone:
            transaction = .none
            wasUndone = true
            throw error
        case .unknown:
            transaction = .committing
            guard let error = error as? SQLError else { throw error }
            throw SQLError(error.kind, "\(error.message); whether the transaction took effect is not known")
        }
    }

    private func fate(of id: Int64, in oldEra: String?) -> Fate {
        let deadline = ContinuousClock.now.advanced(by: Self.settlingTime)
        var questions = 0
        repeat {
            do {
                if isLost { try reopen() }
                questions += 1
                switch try status(of: id) {
                // Another transaction may have this number when the server has lost the end of its log.
                case "committed": return era == oldEra ? .committed : .unknown
                case "aborted": return .undone
                case "in progress":
                    guard era == oldEra else { return .undone }
                    if questions > Self.patience { try query(Self.end, [.integer(id)]) { _ in } }
                // It is too long ago for the server to know.
                case nil: return .unknown
                default: break
                }
            } catch {
                // A number that the server has not given out yet was lost with the end of its log.
                if lastState == "22023" { return .undone }
            }
            WorkerThread.pause(Self.pause)
        } while ContinuousClock.now < deadline
        return .unknown
    }

    private func status(of id: Int64) throws -> String? {
        var status: String?
        try query(Self.status, [.integer(id)]) { row in status = row.isNull(0) ? nil : row.text(0) }
        return status
    }
}
#endif
