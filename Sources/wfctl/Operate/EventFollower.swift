import WorkflowCommandLine
import WorkflowCore

/// Follows the events of a server until nobody reads them any more, also over restarts of the server.
struct EventFollower: Sendable {
    /// The pause before the first attempt to connect again, and the longest one.
    private static let pauses = (first: Duration.milliseconds(250), longest: Duration.seconds(5))

    /// The server, for messages.
    let url: String
    /// The path, with its query.
    let path: String
    /// The event after which to begin; `nil` for what happens from now on.
    var lastID: String?
    /// Gives the client for the next connection, since a token may have ended with the one before.
    let connect: @Sendable () async throws -> ManagementClient
    /// Writes an event; gets its data.
    let show: @Sendable (JSONValue) -> Void

    /// Follows the events of a server whose token stays.
    init(client: ManagementClient, path: String, show: @escaping @Sendable (JSONValue) -> Void) {
        self.init(url: client.url, path: path, connect: { client }, show: show)
    }

    /// Follows the events of a server.
    init(
        url: String, path: String, lastID: String? = nil,
        connect: @escaping @Sendable () async throws -> ManagementClient, show: @escaping @Sendable (JSONValue) -> Void
    ) {
        self.url = url
        self.path = path
        self.lastID = lastID
        self.connect = connect
        self.show = show
    }

    /// Follows.
    ///
    /// - Throws: ``CommandFailure`` when the server does not know the request, or there is no server at the beginning.
    func run() async throws {
        var lastID = lastID
        var hasBegun = false
        var pause = Self.pauses.first
        var isLost = false
        while OutputPipe.isRead {
            do {
                let end = try await connect().stream(path, lastID: lastID) { events, id in
                    if !hasBegun, Terminal.errors.isInteractive { Console.note("Following; Ctrl-C stops.") }
                    hasBegun = true
                    lastID = id
                    pause = Self.pauses.first
                    if isLost { Console.note("Connected to \(url) again.") }
                    isLost = false
                    for event in events { handle(event) }
                    return OutputPipe.isRead
                }
                guard end != .reader else { return }
            } catch let failure as CommandFailure where hasBegun && Self.mayPass(failure) {
                // Tried again below.
            }
            if !isLost { Console.note("The connection to \(url) is lost; waiting for the server.") }
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
            let count = data["count"]?.intValue.map { "\($0) events came too fast" } ?? "Events are kept no more"
            Console.warn("\(count) and are not shown.")
        case "end":
            Console.note(data["reason"]?.stringValue ?? "The server stops.")
        default: show(data)
        }
    }

    private static func mayPass(_ failure: CommandFailure) -> Bool {
        failure.status == .unavailable || failure.status == .timeout
    }
}
