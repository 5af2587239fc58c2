import WorkflowCore
import WorkflowStore

/// The lines of a workflow's log as a stream.
struct LogFeed: EventFeed {
    let workflow: ID<Workflow>
    let filter: LogFilter

    var kind: ActivityKind { .logs }

    func newest(_ connection: any SQLConnection) throws -> Int64 {
        try LogTable.newest(of: workflow, connection)
    }

    func page(after number: Int64, limit: Int, _ connection: any SQLConnection) throws -> FeedPage {
        let newest = try LogTable.newest(of: workflow, connection)
        // A number from nowhere must not make the reader wait until it is reached.
        var start = min(number, newest)
        var events: [FeedEvent] = []
        if let removed = try LogCountTable.find(workflow, connection)?.removedThrough, start < removed {
            start = removed
            events.append(FeedEvent(number: removed, name: "lost", data: ["through": .integer(removed)]))
        }
        guard start < newest else { return FeedPage(events: events, last: start, isLast: true) }
        let lines = try LogTable.lines(
            of: workflow, filter, after: start, through: newest, limit: limit, connection)
        events += lines.map { FeedEvent(number: $0.id, name: "log", data: Documents.make($0)) }
        let isLast = lines.count < limit
        return FeedPage(events: events, last: isLast ? newest : lines.last?.id ?? newest, isLast: isLast)
    }
}
