#if PostgreSQL
import WorkflowStore

/// The connections of a program to a database.
struct ConnectionPools: Sendable {
    let general: any ConnectionQueue
    /// One more connection, for what must not wait behind others.
    let urgent: any ConnectionQueue
    /// Connections for locks, each of which takes one for as long as it is held or waited for.
    let locks: any ConnectionQueue

    init(_ settings: ConnectionSettings, _ configuration: PostgreSQLDatabase.Configuration) {
        var limits = PoolStateMachine<ConnectionPool.Job>.Limits()
        limits.connections = configuration.maximumConnections
        limits.idleConnections = min(configuration.maximumIdleConnections, configuration.maximumConnections)
        limits.idleTimeout = configuration.idleTimeout
        limits.lifetime = configuration.connectionLifetime
        general = ConnectionPool(settings, limits)
        limits.idleConnections = 0
        locks = ConnectionPool(settings, limits)
        limits.connections = 1
        limits.idleConnections = 1
        urgent = ConnectionPool(settings, limits)
    }

    /// A part of others, for one schema.
    ///
    /// - Parameter limit: How many connections of each kind it uses at a time, at most.
    init(of pools: ConnectionPools, schema: String, limit: Int) {
        general = ConnectionShare(of: pools.general, schema: schema, limit: limit)
        urgent = ConnectionShare(of: pools.urgent, schema: schema, limit: limit)
        locks = ConnectionShare(of: pools.locks, schema: schema, limit: limit)
    }

    func close() async {
        await general.close()
        await urgent.close()
        await locks.close()
    }
}
#endif
