import WorkflowCore
import WorkflowStore

/// What a stream shows: events of one workflow in the order of growing numbers, read from the database.
protocol EventFeed: Sendable {
    /// What is notified when there are more.
    var kind: ActivityKind { get }
    /// The workflow.
    var workflow: ID<Workflow> { get }

    /// The number of the newest event; 0 while there is none.
    func newest(_ connection: any SQLConnection) throws -> Int64

    /// The events behind a number.
    ///
    /// - Parameter limit: How many at most.
    func page(after number: Int64, limit: Int, _ connection: any SQLConnection) throws -> FeedPage
}

/// Events that follow one another.
struct FeedPage: Sendable {
    /// The events.
    var events: [FeedEvent]
    /// The last number that was looked at; that of an event that is not wanted counts as well.
    var last: Int64
    /// Whether there are no more.
    var isLast: Bool
}

/// An event of a stream.
struct FeedEvent: Sendable {
    /// Its number.
    let number: Int64
    /// What it is called.
    let name: String
    /// What it tells.
    let data: JSONObject
}
