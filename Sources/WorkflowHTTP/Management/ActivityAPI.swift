import HTTPTypes
import WorkflowCore

/// The request of the management API that shows what the application does.
struct ActivityAPI: Sendable {
    let application: ManagedApplication
    let streams: EventStreams

    /// `GET /api/workflow/events?topic=&machine=&data=`: transitions, messages and workflows as server-sent events.
    func tail(_ request: ServerRequest) throws -> ServerResponse {
        guard let activity = application.activity else {
            throw HTTPError(.notImplemented, "This program does not tell what it does.")
        }
        let query = try QueryParameters(request, "topic", "machine", "data")
        let topic: TopicPattern?
        do {
            topic = try query["topic"].map { try TopicPattern($0) }
        } catch let error as WorkflowError {
            throw HTTPError(.badRequest, error.message)
        }
        let machine = query["machine"]
        let withData = try query.flag("data") ?? false
        guard request.wantsEventStream else {
            throw HTTPError(.notAcceptable, "Events come as they happen; ask for text/event-stream.")
        }
        let position = try EventPosition(request, session: activity.ring.session, otherwise: 0)
        return EventStream(
            ring: activity.ring, streams: streams, clock: application.engine.environment.clock, position: position,
            name: "activity",
            document: { event in
                let isWanted =
                    topic == nil && machine == nil
                    || topic.flatMap { topic in event.topic.map { topic.matches($0) } } ?? false
                    || machine.map { event.machine == $0 } ?? false
                return isWanted ? event.json(withData: withData) : nil
            },
            onChange: { activity.readerChanged(isThere: $0, wantsData: withData) }
        ).response
    }
}
