/// The value of a `range` header field, applied to a representation (RFC 9110, section 14).
enum ByteRanges: Equatable {
    /// The whole representation is sent: no range, one that is malformed, or more than is sensible.
    case whole
    /// The ranges to send, in the order asked for; at least one.
    case parts([Range<Int64>])
    /// None of the ranges lies in the representation.
    case unsatisfiable

    /// More ranges than this in one request are of no use to anybody but attackers.
    private static let maximumCount = 16

    init(_ value: String?, size: Int64) {
        guard let value, let equals = value.firstIndex(of: "="), value[..<equals].lowercased() == "bytes" else {
            self = .whole
            return
        }
        let specifications = value[value.index(after: equals)...].split(separator: ",")
        guard !specifications.isEmpty, specifications.count <= Self.maximumCount else {
            self = .whole
            return
        }
        var ranges: [Range<Int64>] = []
        for specification in specifications {
            guard let range = Self.range(specification.trimmed, size: size) else {
                self = .whole
                return
            }
            if !range.isEmpty { ranges.append(range) }
        }
        let total = ranges.reduce(Int64(0)) { $0 + Int64($1.count) }
        if ranges.isEmpty {
            self = .unsatisfiable
        } else if total > size {
            // They overlap: the whole is less than its parts.
            self = .whole
        } else {
            self = .parts(ranges)
        }
    }

    /// - Returns: An empty range for one that is not in the representation; `nil` for a malformed one.
    private static func range(_ text: Substring, size: Int64) -> Range<Int64>? {
        guard let dash = text.firstIndex(of: "-") else { return nil }
        let first = text[..<dash]
        let last = text[text.index(after: dash)...]
        if first.isEmpty {
            guard let length = number(last) else { return nil }
            return max(0, size - length)..<size
        }
        guard let start = number(first) else { return nil }
        var end = size
        if !last.isEmpty {
            guard let lastPosition = number(last), lastPosition >= start else { return nil }
            end = min(size, lastPosition == .max ? size : lastPosition + 1)
        }
        return start < size ? start..<end : 0..<0
    }

    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text) ?? .max
    }
}

extension Substring {
    /// The text without spaces and tabs at its ends.
    var trimmed: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
