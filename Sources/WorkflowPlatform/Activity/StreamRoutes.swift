import HTTPTypes
import WorkflowCore
import WorkflowHTTP
import WorkflowStore

/// What all streams of events have in common, and the tickets that open them.
enum StreamRoutes {
    /// The parameters of the query that all streams have.
    static let parameters = [
        QueryParameter(
            "last_event_id", .integer(0...Int.max),
            "The event after which to go on; the header `Last-Event-ID` goes before it."),
        QueryParameter(
            "ticket", .text(1...100), "A ticket for this stream, in place of a token; it works once."),
    ]
    /// The events that all streams have.
    static let events = [
        EventRule("ready", .object([.required("workflow_id", .id)]), "that the stream has begun"),
        EventRule("end", .object([.required("reason", .text(0...1000))]), "that it ends, and why"),
    ]

    static let all: [APIRoute] = [
        APIRoute(
            name: "createStreamTicket", method: .post, path: "/workflows/{id}/stream-tickets", tag: "Activity",
            summary: "Makes a ticket that opens one stream of the workflow, once and soon, for `EventSource`.",
            access: .role(.viewer, .executions, on: .workflow("id")),
            body: .object([
                .required("stream", .oneOf(ActivityKind.allCases.map(\.streamName)), "Which stream it opens.")
            ]),
            answer: .created(
                .object([
                    .required("ticket", .text(1...100)), .required("expires_at", .time),
                ])
            ).secret, handler: makeTicket)
    ]

    @Sendable private static func makeTicket(_ call: APICall) async throws -> APIAnswer {
        let name = try call.requiredText("stream")
        guard let kind = ActivityKind.allCases.first(where: { $0.streamName == name }) else {
            throw PlatformError.defect("there is no stream \(name)")
        }
        let ticket = call.services.streamTickets.make(
            kind, of: try WorkflowRoutes.id(call), for: try call.caller, now: call.now)
        return .data(["ticket": .string(ticket.secret), "expires_at": .string(ticket.expiresAt.description)])
    }

    /// Begins a stream.
    ///
    /// - Throws: ``HTTPError`` 400 when the event to go on after is none, 429 when there are too many streams.
    static func open(_ feed: any EventFeed, _ action: Action, _ call: APICall) throws -> APIAnswer {
        let (services, caller, position) = (call.services, try call.caller, try position(call))
        let watch = services.activity.watch(feed.kind, of: feed.workflow)
        let stream = FeedStream(
            feed: feed, position: position,
            authorization: StreamAuthorization(caller: caller, workflow: feed.workflow, action: action), watch: watch,
            slot: try services.streamSlots.take(for: caller.user, watch.listener), services: services)
        return APIAnswer(headers: ServerSentEvents.headers, other: stream.body)
    }

    private static func position(_ call: APICall) throws -> Int64? {
        if let text = ServerSentEvents.lastID(call.request), !text.isEmpty {
            guard let number = Int64(text), number >= 0 else {
                throw PlatformError.invalid([
                    SchemaProblem(pointer: "Last-Event-ID", detail: "This is not the identifier of an event.")
                ])
            }
            return number
        }
        return call.query["last_event_id"].flatMap { Int64($0) }
    }
}

extension ActivityKind {
    /// The name of the stream in its path.
    var streamName: String {
        switch self {
        case .logs: "logs"
        case .executions: "events"
        }
    }
}
