import WorkflowCore

/// The statements for what the processes on one database settle between them.
struct LockStatements: Sendable {
    /// Reads an instance that nobody else can change until the end of the transaction.
    let lockInstance: SQLStatement
    /// Sends a notice; `nil` when the database does not pass notices on.
    let notify: SQLStatement?

    init(dialect: SQLDialect) {
        lockInstance = SQLStatement(
            "SELECT \(StoreStatements.instanceColumns) FROM workflow_instances i WHERE i.id = ? \(dialect.lockRows)")
        notify = dialect.notify.isEmpty ? nil : SQLStatement(dialect.notify)
    }

    /// Sends a notice when the transaction is committed.
    func tell(_ notice: StoreNotice, on connection: any SQLConnection) throws {
        guard let notify else { return }
        try connection.query(notify, [.text(notice.text)]) { _ in }
    }
}
