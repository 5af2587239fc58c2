package import HTTPTypes
package import WorkflowCore

/// The form of server-sent events (WHATWG HTML, "Server-sent events").
package enum ServerSentEvents {
    /// The type of the body.
    package static let contentType = "text/event-stream"
    /// The header fields of an answer with events.
    package static let headers: HTTPFields = [.contentType: contentType, .xAccelBuffering: "no"]

    /// The bytes of an event.
    ///
    /// - Parameters:
    ///   - name: What the event is called.
    ///   - data: What it tells.
    ///   - id: After which a reader goes on who has it.
    package static func event(_ name: String, _ data: JSONValue, id: String) -> [UInt8] {
        // Compact JSON has no line breaks, so one `data:` line is enough.
        var bytes = Array("id: \(id)\nevent: \(name)\ndata: ".utf8)
        data.write(to: &bytes)
        bytes.append(contentsOf: "\n\n".utf8)
        return bytes
    }

    /// The bytes of a sign of life, which readers take no notice of but for the identifier.
    package static func heartbeat(id: String) -> [UInt8] { Array(": heartbeat\nid: \(id)\n\n".utf8) }

    /// The bytes that tell a reader how long to wait before it comes again, in milliseconds.
    package static func retry(after milliseconds: Int) -> [UInt8] { Array("retry: \(milliseconds)\n\n".utf8) }

    /// The event after which a reader wants to go on; `nil` when it does not say.
    package static func lastID(_ request: ServerRequest) -> String? { request.headers[.lastEventID] }
}
