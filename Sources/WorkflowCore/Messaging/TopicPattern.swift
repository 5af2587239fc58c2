/// A topic or a pattern of topics.
///
/// Segments are separated by dots. `*` stands for exactly one segment; a final `>` stands for one or more segments. A
/// final `*` of a pattern with several segments also stands for one or more (`order.*` matches `order.a.b`), as the
/// configuration format this engine follows says.
public struct TopicPattern: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The pattern as written.
    public let description: String
    private let segments: [Substring]
    private let hasTail: Bool

    /// Creates a pattern.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` when a segment is empty, contains white space, or `>` is not last.
    public init(_ text: String) throws {
        let segments = text.split(separator: ".", omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            guard !segment.isEmpty, !segment.contains(where: \.isWhitespace) else {
                throw WorkflowError(.invalidInput, "The topic \"\(text)\" has an empty segment or white space.")
            }
            guard segment != ">" || index == segments.count - 1 else {
                throw WorkflowError(.invalidInput, "In the topic \"\(text)\", \">\" must be the last segment.")
            }
        }
        self.init(description: text, segments: segments)
    }

    /// Creates a pattern from a literal, which is taken as it is.
    public init(stringLiteral text: String) {
        self.init(description: text, segments: text.split(separator: ".", omittingEmptySubsequences: false))
    }

    private init(description: String, segments: [Substring]) {
        self.description = description
        let last = segments.last
        self.hasTail = last == ">" || (last == "*" && segments.count > 1)
        self.segments = hasTail ? segments.dropLast() : segments
    }

    /// Whether the pattern contains no wildcard.
    public var isLiteral: Bool {
        !hasTail && !segments.contains("*")
    }

    /// Whether the pattern matches a topic.
    public func matches(_ topic: String) -> Bool {
        if isLiteral { return description == topic }
        let parts = topic.split(separator: ".", omittingEmptySubsequences: false)
        guard hasTail ? parts.count > segments.count : parts.count == segments.count else { return false }
        return zip(segments, parts).allSatisfy { $0 == "*" || $0 == $1 }
    }
}
