import WorkflowCore

/// Which events a link is about: segments between dots, of which `*` is any one and `**` any number, none included.
struct EventTypePattern: Sendable, Hashable {
    /// The pattern as written.
    let text: String
    private let segments: [Substring]

    /// Reads a pattern.
    ///
    /// - Parameter text: At most 16 segments, none of them empty, with white space, or with `*` beside others.
    /// - Returns: `nil` when it is none.
    init?(_ text: String) {
        let segments = text.split(separator: ".", omittingEmptySubsequences: false)
        guard segments.count <= 16 else { return nil }
        for segment in segments {
            guard !segment.isEmpty, !segment.contains(where: \.isWhitespace) else { return nil }
            guard !segment.contains("*") || segment == "*" || segment == "**" else { return nil }
        }
        self.text = text
        self.segments = segments
    }

    /// Whether an event is of a type that the pattern has.
    func matches(_ type: String) -> Bool {
        let parts = type.split(separator: ".", omittingEmptySubsequences: false)
        // Whether what was read of the type so far can be the first `index` segments of the pattern.
        var reached = Array(repeating: false, count: segments.count + 1)
        reached[0] = true
        for index in segments.indices where segments[index] == "**" && reached[index] { reached[index + 1] = true }
        for part in parts {
            var next = Array(repeating: false, count: segments.count + 1)
            for (index, segment) in segments.enumerated() {
                switch segment {
                case "**":
                    // It has taken this part, or none at all.
                    if reached[index] || reached[index + 1] || next[index] { next[index + 1] = true }
                case "*": if reached[index] { next[index + 1] = true }
                default: if reached[index], segment == part { next[index + 1] = true }
                }
            }
            reached = next
        }
        return reached[segments.count]
    }
}
