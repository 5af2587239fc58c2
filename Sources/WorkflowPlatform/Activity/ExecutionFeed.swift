import WorkflowCore
import WorkflowStore

/// Which changes of executions are wanted.
struct ExecutionChangeFilter: Sendable {
    var environment: String?
    var kind: String?
    var status: String?
    var trigger: String?

    /// Whether every execution is wanted.
    var isEmpty: Bool { environment == nil && kind == nil && status == nil && trigger == nil }

    /// Whether an execution is wanted.
    func lets(_ execution: Execution) -> Bool {
        (environment == nil || environment == execution.environment.text)
            && (kind == nil || kind == execution.kind.rawValue)
            && (status == nil || status == execution.status.rawValue)
            && (trigger == nil || trigger == execution.trigger.rawValue)
    }
}

/// What becomes of the executions of a workflow, as a stream.
struct ExecutionFeed: EventFeed {
    let workflow: ID<Workflow>
    let filter: ExecutionChangeFilter

    var kind: ActivityKind { .executions }

    func newest(_ connection: any SQLConnection) throws -> Int64 {
        try ExecutionTable.lastChange(of: workflow, connection)
    }

    func page(after number: Int64, limit: Int, _ connection: any SQLConnection) throws -> FeedPage {
        // A number from nowhere must not make the reader wait until it is reached.
        let start = min(number, try newest(connection))
        let changed = try ExecutionTable.changed(after: start, of: workflow, limit: limit, connection)
        let events = changed.filter(filter.lets).map {
            FeedEvent(number: $0.sequence, name: "execution", data: Documents.make($0))
        }
        return FeedPage(events: events, last: changed.last?.sequence ?? start, isLast: changed.count < limit)
    }
}
