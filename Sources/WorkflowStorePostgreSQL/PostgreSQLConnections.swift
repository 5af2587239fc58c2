#if PostgreSQL
import WorkflowStore

/// The connections of one program to a database, which any number of its schemas share.
///
/// ```swift
/// let connections = try PostgreSQLConnections(PostgreSQLDatabase.Configuration(dsn: dsn))
/// let store = try await SQLStateStore.open(connections.schema("wf_orders", concurrency: 4))
/// ```
///
/// Schemas do not listen to what other processes tell (``PostgreSQLDatabase/Configuration/listens``): they find what those
/// have left when they look for it.
public final class PostgreSQLConnections: Sendable {
    private let settings: ConnectionSettings
    private let pools: ConnectionPools

    /// Creates the pool; connections are opened when they are needed.
    ///
    /// - Parameter configuration: Where the database is. There are no more connections than
    ///   ``PostgreSQLDatabase/Configuration/maximumConnections`` for statements, as many again for locks while they are
    ///   held, and one for what must not wait.
    /// - Throws: ``SQLError`` `.invalidStatement` for a DSN that cannot be read.
    public init(_ configuration: PostgreSQLDatabase.Configuration) throws {
        settings = try ConnectionSettings(dsn: configuration.dsn, configuration)
        pools = ConnectionPools(settings, configuration)
    }

    /// The connections for statements.
    public var usage: ConnectionUsage { pools.general.usage }

    /// Opens a schema, which is created when it is not there.
    ///
    /// - Parameters:
    ///   - name: The schema: lower-case letters, digits and underscores.
    ///   - concurrency: How many connections it uses at a time, at most.
    /// - Returns: The database as it looks from there; closing it leaves the connections open.
    /// - Throws: ``SQLError``: `.unavailable` when it cannot be reached, `.invalidStatement` for a name that is none.
    public func schema(_ name: String, concurrency: Int) async throws -> PostgreSQLDatabase {
        let database = try database(name, concurrency)
        do {
            try await database.perform({ try $0.prepare(name) }, finish: { _ in })
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    private func database(_ schema: String, _ concurrency: Int) throws -> PostgreSQLDatabase {
        PostgreSQLDatabase(
            try settings.with(schema: schema), ConnectionPools(of: pools, schema: schema, limit: concurrency),
            listens: false)
    }

    /// Removes a schema with everything in it; nobody may have it open.
    ///
    /// - Throws: ``SQLError``.
    public func removeSchema(_ name: String) async throws {
        let database = try database(name, 1)
        do {
            try await database.write { try $0.executeScript("DROP SCHEMA IF EXISTS \(name) CASCADE") }
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    /// Closes all connections, once the schemas are closed.
    public func close() async {
        await pools.close()
    }
}
#endif
