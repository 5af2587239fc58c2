/// Takes a stream of server-sent events apart, as the HTML standard describes them.
struct EventStreamParser: Sendable {
    /// An event.
    struct Event: Sendable, Equatable {
        /// What it is called.
        let name: String
        let data: String
    }

    private static let longestLine = 4 << 20

    /// The identifier of the last event, for the next connection.
    private(set) var lastID: String?
    private var line: [UInt8] = []
    private var name = ""
    private var data: [String] = []

    /// Goes on after an event of an earlier connection.
    init(lastID: String? = nil) {
        self.lastID = lastID
    }

    /// Takes bytes as they come.
    ///
    /// - Returns: The events that are complete, or `nil` when these are no events.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [Event]? {
        var events: [Event] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                guard line.count <= Self.longestLine else { return nil }
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            let text = String(decoding: line, as: UTF8.self)
            line.removeAll(keepingCapacity: true)
            if let event = take(text) { events.append(event) }
        }
        return events
    }

    private mutating func take(_ line: String) -> Event? {
        guard !line.isEmpty else {
            defer { (name, data) = ("", []) }
            return data.isEmpty ? nil : Event(name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"))
        }
        guard !line.hasPrefix(":") else { return nil }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count > 1 ? String(parts[1].first == " " ? parts[1].dropFirst() : parts[1]) : ""
        switch parts[0] {
        case "id": lastID = value
        case "event": name = value
        case "data": data.append(value)
        default: break
        }
        return nil
    }
}
