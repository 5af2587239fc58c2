import WorkflowCommandLine
import WorkflowCore

/// Follows the events of a server until nobody reads them any more, also over restarts of the server.
struct EventFollower: Sendable {
    /// The pause before the first attempt to connect again, and the longest one.
    private static let pauses = (first: Duration.milliseconds(250), longest: Duration.seconds(5))

    let client: ManagementClient
    /// The path, with its query.
    let path: String
    /// Writes an event; gets its data.
    let show: @Sendable (JSONValue) -> Void

    /// Follows.
    ///
    /// - Throws: ``CommandFailure`` when the server does not know the request, or there is no server at the beginning.
    func run() async throws {
        var lastID: String?
        var pause = Self.pauses.first
        var isLost = false
        while OutputPipe.isRead {
            do {
                let end = try await client.stream(path, lastID: lastID) { events, id in
                    if lastID == nil, id != nil, Terminal.errors.isInteractive {
                        Console.note("Following; Ctrl-C stops.")
                    }
                    lastID = id
                    pause = Self.pauses.first
                    if isLost { Console.note("Connected to \(client.url) again.") }
                    isLost = false
                    for event in events { handle(event) }
                    return OutputPipe.isRead
                }
                guard end != .reader else { return }
            } catch let failure as CommandFailure where lastID != nil && Self.mayPass(failure) {
                // Tried again below.
            }
            if !isLost { Console.note("The connection to \(client.url) is lost; waiting for the server.") }
            isLost = true
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.longest)
        }
    }

    private func handle(_ event: EventStreamParser.Event) {
        let data: JSONValue
        do {
            data = try JSONValue(parsing: event.data)
        } catch {
            return Console.warn("An event of the server is not JSON: \(error)")
        }
        switch event.name {
        case "ready":
            if data["restarted"]?.boolValue == true { Console.note("The server has restarted.") }
        case "lost":
            Console.warn("\(data["count"]?.intValue ?? 0) events came too fast and are not shown.")
        case "end":
            Console.note("The server stops.")
        default: show(data)
        }
    }

    private static func mayPass(_ failure: CommandFailure) -> Bool {
        failure.status == .unavailable || failure.status == .timeout
    }
}
