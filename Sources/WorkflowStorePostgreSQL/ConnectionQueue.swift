#if PostgreSQL
import WorkflowStore

/// What a pool of connections has at a moment.
public struct ConnectionUsage: Sendable, Hashable {
    /// Connections that are open.
    public let open: Int
    /// Connections that are open and have nothing to do.
    public let idle: Int
    /// Statements and transactions that wait for a connection.
    public let waiting: Int
}

/// Has jobs done on connections.
protocol ConnectionQueue: Sendable {
    /// Lets a connection do a job.
    func submit(_ job: ConnectionPool.Job)

    /// What it has now.
    var usage: ConnectionUsage { get }

    /// Refuses further jobs and returns when those under way are done.
    func close() async
}
#endif
