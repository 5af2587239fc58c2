import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import WorkflowCommandLine
import WorkflowCore

extension ManagementClient {
    /// How a stream of events ended.
    enum StreamEnd: Sendable {
        /// Nobody wants more.
        case reader
        /// The server, or the connection.
        case server
    }

    /// Follows a stream of events to its end.
    ///
    /// - Parameters:
    ///   - path: The path, with its query.
    ///   - lastID: The event after which to go on.
    ///   - receive: Gets events as they come, and the identifier to go on after; tells whether to go on.
    /// - Returns: How it ended.
    /// - Throws: ``CommandFailure`` when it does not begin, or breaks.
    func stream(
        _ path: String, lastID: String?, _ receive: ([EventStreamParser.Event], String?) -> Bool
    ) async throws -> StreamEnd {
        var request = request("GET", path, [("accept", "text/event-stream")])
        if let lastID { request.headers.add(name: "last-event-id", value: lastID) }
        return try await reporting(seconds: 45) {
            let response = try await Self.streaming.execute(request, deadline: .distantFuture)
            guard response.status == .ok, response.headers.first(name: "content-type") == "text/event-stream" else {
                let answer = try await answer(response)
                throw response.status == .ok
                    ? answer.notUnderstood("the answer is no stream of events") : answer.failure
            }
            var parser = EventStreamParser(lastID: lastID)
            for try await buffer in response.body {
                guard let events = parser.take(buffer.readableBytesView) else {
                    throw CommandFailure(.protocolMismatch, "\(url) sends something that is no stream of events.")
                }
                guard receive(events, parser.lastID) else { return .reader }
            }
            return .server
        }
    }
}
