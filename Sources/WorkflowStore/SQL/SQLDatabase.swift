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

    /// Hands on what ``SQLDialect/notify`` sends from now on.
    ///
    /// - Parameter receive: Gets it on a thread of the database, one after the other.
    /// - Returns: Ends it; `nil` when the database does not pass on what is sent.
    func listen(_ receive: @escaping @Sendable (SQLNotification) -> Void) -> (@Sendable () -> Void)?

    /// Waits until one caller at a time, of all that use the data, has a name.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - timeout: How long to wait.
    ///   - lost: Called when others may have the name although it was not given back.
    /// - Returns: Gives the name back; `nil` when it was not free in time.
    /// - Throws: ``SQLError``; `CancellationError`.
    func lock(
        _ name: String, within timeout: Duration, lost: @escaping @Sendable () -> Void
    ) async throws -> (@Sendable () async -> Void)?

    /// Finishes what is under way and releases everything. Later calls throw `.unavailable`.
    func close() async
}

/// What comes from ``SQLDatabase/listen(_:)``.
public enum SQLNotification: Sendable, Hashable {
    /// Texts arrive from now on; earlier ones may have been missed.
    case connected
    /// No texts arrive for a while.
    case disconnected
    /// A text that was sent, perhaps by this process.
    case text(String)
}

extension SQLDatabase {
    /// Hears nothing, for databases that do not pass on what is sent.
    public func listen(_ receive: @escaping @Sendable (SQLNotification) -> Void) -> (@Sendable () -> Void)? { nil }

    /// Does nothing, for databases that one process uses.
    public func lock(
        _ name: String, within timeout: Duration, lost: @escaping @Sendable () -> Void
    ) async throws -> (@Sendable () async -> Void)? { {} }

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
