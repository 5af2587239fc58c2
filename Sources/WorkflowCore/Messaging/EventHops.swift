/// How often what is being handled has gone from one application to another, so that who passes events on between
/// applications can end a circle.
///
/// The number is in front of the text that carries a trace (``Message/trace``, ``OutboxEvent/trace``,
/// ``WorkItem/trace``) and goes on with it: from a message to what its handlers change and publish, through the store,
/// and through durable work. It does not go on through requests, schedules and servers of messages.
public enum EventHops {
    /// The number for what the current task does; 0 for what has begun in this application.
    @TaskLocal public static var current = 0

    private static let mark = UInt8(ascii: "~")

    /// Reads the number and what follows it.
    ///
    /// - Parameter trace: The text that carries a trace.
    public static func split(_ trace: String) -> (hops: Int, trace: String) {
        guard trace.utf8.first == mark else { return (0, trace) }
        let end = trace.utf8.firstIndex(of: UInt8(ascii: " ")) ?? trace.endIndex
        let hops = Int(trace[..<end].dropFirst()) ?? 0
        return (max(0, hops), end == trace.endIndex ? "" : String(trace[trace.utf8.index(after: end)...]))
    }

    /// Puts the number of the current task in front of a trace.
    static func marking(_ trace: String) -> String {
        let hops = current
        guard hops > 0 else { return trace }
        return trace.isEmpty ? "~\(hops)" : "~\(hops) \(trace)"
    }
}
