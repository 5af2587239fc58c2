import HTTPTypes
import WorkflowCore

/// Where a stream of events begins.
enum EventPosition: Sendable, Equatable {
    /// With so many events that were before, at most.
    case latest(Int)
    /// After the event of this number.
    case after(UInt64)
    /// With everything, since the events that the reader knows are those of a server that has stopped.
    case restarted

    /// Reads `Last-Event-ID`, which goes before the number of events to begin with.
    ///
    /// - Throws: ``HTTPError`` 400 when it is none of ours.
    init(_ request: ServerRequest, session: String, otherwise count: Int) throws {
        guard let text = ServerSentEvents.lastID(request) else {
            self = .latest(count)
            return
        }
        let parts = text.split(separator: "-")
        guard parts.count == 2, let number = UInt64(parts[1]), UInt32(parts[0], radix: 16) != nil,
            number < UInt64(Int64.max)
        else { throw HTTPError(.badRequest, "Last-Event-ID is not one of this server.") }
        self = parts[0] == session ? .after(number) : .restarted
    }
}

extension HTTPField.Name {
    static let lastEventID = known("Last-Event-ID")
    static let xAccelBuffering = known("X-Accel-Buffering")
}

extension ServerRequest {
    /// Whether the client asks for server-sent events.
    var wantsEventStream: Bool {
        headers[.accept]?.lowercased().contains("text/event-stream") ?? false
    }
}
