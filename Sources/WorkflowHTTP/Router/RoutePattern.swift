import WorkflowCore

/// The pattern of a route's path.
///
/// - A plain segment matches itself, percent-encoded or not: `/api/orders`.
/// - `{id}` or `:id` matches one segment that is not empty: `/api/orders/{id}`.
/// - `{path...}` at the end matches the rest, which may be empty: `/files/{path...}`.
/// - A final `/` matches the whole subtree: `/images/`; `{$}` after it limits it to exactly that path: `/images/{$}`.
public struct RoutePattern: Sendable, Hashable, CustomStringConvertible {
    enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
        /// The rest of the path; the name is empty for a subtree.
        case tail(String)
    }

    /// The pattern as it was given.
    public let description: String
    let segments: [Segment]
    /// The names of the parameters in their order.
    public let parameterNames: [String]

    /// Parses a pattern.
    ///
    /// - Parameter text: The pattern.
    /// - Throws: ``RouteError`` that says what is wrong and where.
    public init(_ text: String) throws(RouteError) {
        guard text.utf8.first == UInt8(ascii: "/") else {
            throw RouteError(pattern: text, offset: 0, reason: "a pattern begins with '/'")
        }
        var segments: [Segment] = []
        var names: [String] = []
        var offset = 1
        let parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let segment = try Self.segment(part, isLast: isLast, pattern: text, offset: offset)
            if let name = Self.name(of: segment), !name.isEmpty {
                guard !names.contains(name) else {
                    throw RouteError(pattern: text, offset: offset, reason: "the parameter '\(name)' occurs twice")
                }
                names.append(name)
            }
            segments.append(segment)
            offset += part.utf8.count + 1
        }
        self.description = text
        self.segments = segments
        self.parameterNames = names
    }

    private static func name(of segment: Segment) -> String? {
        switch segment {
        case .literal: nil
        case .parameter(let name), .tail(let name): name
        }
    }

    private static func segment(
        _ part: Substring, isLast: Bool, pattern: String, offset: Int
    ) throws(RouteError) -> Segment {
        func error(_ reason: String) -> RouteError { RouteError(pattern: pattern, offset: offset, reason: reason) }
        if part.isEmpty {
            guard isLast else { throw error("a segment is empty") }
            return .tail("")
        }
        if part == "{$}" {
            guard isLast else { throw error("'{$}' is only allowed at the end") }
            return .literal("")
        }
        if part.hasPrefix(":") {
            return .parameter(try parameterName(part.dropFirst(), pattern: pattern, offset: offset + 1))
        }
        if part.hasPrefix("{") {
            guard part.hasSuffix("}") else { throw error("'{' without '}' at the end of the segment") }
            let inner = part.dropFirst().dropLast()
            guard inner.hasSuffix("...") else {
                return .parameter(try parameterName(inner, pattern: pattern, offset: offset + 1))
            }
            guard isLast else { throw error("'{\(inner)}' is only allowed at the end") }
            return .tail(try parameterName(inner.dropLast(3), pattern: pattern, offset: offset + 1))
        }
        guard !part.contains("{"), !part.contains("}") else {
            throw error("a parameter is a whole segment; '{' and '}' are not allowed inside '\(part)'")
        }
        guard let decoded = RequestTarget.decodedSegment(part.utf8) else {
            throw error("'\(part)' has an invalid percent-encoding, a NUL or a byte that is not allowed in a path")
        }
        guard decoded != ".", decoded != ".." else { throw error("'\(part)' is not allowed as a segment") }
        return .literal(decoded)
    }

    private static func parameterName(
        _ name: Substring, pattern: String, offset: Int
    ) throws(RouteError) -> String {
        func isLetter(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        let isValid =
            name.utf8.first.map(isLetter) == true
            && name.utf8.dropFirst().allSatisfy {
                isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
            }
        guard isValid else {
            throw RouteError(
                pattern: pattern, offset: offset,
                reason: "'\(name)' is not a parameter name; use letters, digits, '_' and '-'")
        }
        return String(name)
    }
}
