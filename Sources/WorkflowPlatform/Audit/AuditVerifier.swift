import WorkflowCore
public import WorkflowStore

/// Checks that an audit log is as it was written.
public struct AuditVerifier: Sendable {
    /// What a check has found.
    public struct Report: Sendable, Hashable {
        /// How many entries are in order.
        public var entries: Int64 = 0
        /// The hash of the last of them. Kept elsewhere, it proves later that nothing was cut off.
        public var head = ""
        /// The number of the first entry that is not in order, and why; `nil` when all are.
        public var problem: Problem?

        /// Why a log is not in order.
        public struct Problem: Sendable, Hashable {
            /// The number of the entry.
            public let sequence: Int64
            /// What is wrong with it.
            public let reason: String
        }
    }

    private static let batch = 500
    private static let head = SQLStatement("SELECT sequence, hash FROM platform_audit_heads WHERE company_id = ?")

    let database: any SQLDatabase

    /// Creates a verifier.
    ///
    /// - Parameter database: The database of the platform.
    public init(database: any SQLDatabase) {
        self.database = database
    }

    /// Checks the log of a company.
    ///
    /// - Parameter company: The company; `nil` for what belongs to none.
    /// - Returns: What was found.
    /// - Throws: ``SQLError`` when the database cannot be read.
    public func verify(_ company: ID<Company>?) async throws -> Report {
        let chain = company?.text ?? AuditLog.platform
        // Read first: entries that are added meanwhile lie behind it.
        let stored = try await database.read { connection in
            try connection.first(Self.head, [.text(chain)]) { ($0.integer(), $0.text()) }
        }
        let (last, hash) = stored ?? (0, "")
        var checked = AuditChain(company: chain)
        func report(_ reason: String?) -> Report {
            let problem = reason.map { Report.Problem(sequence: checked.entries + 1, reason: $0) }
            return Report(entries: checked.entries, head: checked.head, problem: problem)
        }
        while checked.entries < last {
            let after = checked.entries
            let entries = try await database.read { connection in
                try AuditQuery.entries(of: company, after: after, limit: Self.batch, connection)
            }
            guard !entries.isEmpty else { return report("the entry is missing") }
            for entry in entries where entry.sequence <= last {
                guard entry.sequence == checked.entries + 1 else { return report("the entry is missing") }
                if let reason = checked.append(entry.document, hash: entry.hash) { return report(reason) }
            }
        }
        return report(checked.head == hash ? nil : "the log does not end with its last entry")
    }
}
