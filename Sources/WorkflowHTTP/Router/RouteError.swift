/// Why a route cannot be part of a table.
public struct RouteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The pattern at fault.
    public let pattern: String
    /// The earlier pattern that it contradicts, if that is the reason.
    public let other: String?
    /// The position in the pattern, in bytes from its beginning, if one character is the reason.
    public let offset: Int?
    /// What is wrong.
    public let reason: String

    init(pattern: String, other: String? = nil, offset: Int? = nil, reason: String) {
        self.pattern = pattern
        self.other = other
        self.offset = offset
        self.reason = reason
    }

    public var description: String {
        if let offset {
            "The route pattern '\(pattern)' is not valid at character \(offset + 1): \(reason)"
        } else if let other {
            "The routes '\(pattern)' and '\(other)' contradict each other: \(reason)"
        } else {
            "The route pattern '\(pattern)' is not valid: \(reason)"
        }
    }
}
