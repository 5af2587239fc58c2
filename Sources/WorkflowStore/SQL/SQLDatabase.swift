/// A database as the store needs it: short synchronous transactions that run on a connection of the database's choice.
public protocol SQLDatabase: Sendable {
    /// Whether other processes write to the same data.
    var isShared: Bool { get }
    /// In what its SQL differs.
    var dialect: SQLDialect { get }

    /// Runs a transaction that may change data, and returns when it is durable.
    ///
    /// Several transactions may share one commit; each succeeds or fails alone, and they take effect one after another.
    /// When `body` throws, its changes are undone.
    ///
    /// - Parameters:
    ///   - body: The transaction. It may run more than once when an attempt has to be undone, so it must have no other
    ///     effects than its changes.
    ///   - committed: Called with the result after the commit and before this method returns, in the order in which
    ///     the transactions took effect. It must be short.
    /// - Returns: The result of `body`.
    /// - Throws: What `body` throws, or ``SQLError`` when the transaction cannot begin or commit.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result

    /// Runs queries that see what has been committed.
    ///
    /// - Parameter body: The queries; each sees the data as of its own beginning.
    /// - Returns: The result of `body`.
    /// - Throws: What `body` throws, or ``SQLError``.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result

    /// Runs a short transaction that must not wait behind others, such as a sign of life.
    ///
    /// - Parameter body: The transaction, as for ``write(_:committed:)``.
    /// - Throws: What `body` throws, or ``SQLError`` when the transaction cannot begin or commit.
    func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result

    /// Finishes what is under way and releases everything. Later calls throw `.unavailable`.
    func close() async
}

extension SQLDatabase {
    /// Runs the transaction like any other, for databases in which nothing takes long.
    public func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await write(body)
    }

    /// Runs a transaction that may change data, and returns when it is durable.
    ///
    /// - Parameter body: The transaction. It may run more than once, so it must have no other effects than its changes.
    /// - Returns: The result of `body`.
    /// - Throws: What `body` throws, or ``SQLError`` when the transaction cannot begin or commit.
    @discardableResult
    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await write(body, committed: { _ in })
    }
}
