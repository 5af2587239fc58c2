/// A single pass over JSON text that builds a ``JSONValue``.
///
/// The parser descends one call per level of nesting, bounded by the options. Containers gather their
/// contents on two shared stacks and move them into storage of the exact size when they end.
struct JSONParser: ~Copyable {
    let bytes: UnsafeRawBufferPointer
    let end: Int
    var position = 0

    private let depthLimit: Int
    private let maximumBytes: Int
    private let rejectsDuplicates: Bool
    private var elements = JSONScratch<JSONValue>()
    private var entries = JSONScratch<JSONObject.Entry>()

    init(_ bytes: UnsafeRawBufferPointer, options: JSONParsingOptions) {
        self.bytes = bytes
        end = bytes.count
        depthLimit = min(options.maximumDepth, JSONParsingOptions.supportedDepth)
        maximumBytes = options.maximumBytes
        rejectsDuplicates = options.duplicateKeys == .reject
    }

    /// Reads the one value of the text.
    mutating func parseDocument() throws(JSONParsingFailure) -> JSONValue {
        guard end <= maximumBytes else { throw JSONParsingFailure(.tooLarge, at: max(0, maximumBytes)) }
        skipWhitespace()
        let value = try parseValue(depth: 0)
        skipWhitespace()
        guard position == end else { throw JSONParsingFailure(.trailingContent, at: position) }
        return value
    }

    private mutating func parseValue(depth: Int) throws(JSONParsingFailure) -> JSONValue {
        guard let byte = peek() else { throw JSONParsingFailure(.unexpectedEnd, at: end) }
        switch byte {
        case UInt8(ascii: "\""):
            return .string(try parseString())
        case UInt8(ascii: "{"):
            return try parseObject(depth: depth + 1)
        case UInt8(ascii: "["):
            return try parseArray(depth: depth + 1)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try parseNumber()
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default:
            throw unexpected()
        }
    }

    private mutating func parseArray(depth: Int) throws(JSONParsingFailure) -> JSONValue {
        guard depth <= depthLimit else { throw JSONParsingFailure(.tooDeep, at: position) }
        position += 1
        skipWhitespace()
        if peek() == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        let start = elements.count
        while true {
            elements.push(try parseValue(depth: depth))
            skipWhitespace()
            switch peek() {
            case UInt8(ascii: ","):
                position += 1
                skipWhitespace()
            case UInt8(ascii: "]"):
                position += 1
                return .array(elements.popArray(from: start))
            default:
                throw unexpected()
            }
        }
    }

    private mutating func parseObject(depth: Int) throws(JSONParsingFailure) -> JSONValue {
        guard depth <= depthLimit else { throw JSONParsingFailure(.tooDeep, at: position) }
        position += 1
        skipWhitespace()
        if peek() == UInt8(ascii: "}") {
            position += 1
            return .object(JSONObject())
        }
        let start = entries.count
        var index = JSONKeyIndex()
        while true {
            try parseEntry(from: start, depth: depth, index: &index)
            skipWhitespace()
            switch peek() {
            case UInt8(ascii: ","):
                position += 1
                skipWhitespace()
            case UInt8(ascii: "}"):
                position += 1
                return .object(JSONObject(distinct: entries.popArray(from: start), index: index))
            default:
                throw unexpected()
            }
        }
    }

    private mutating func parseEntry(
        from start: Int,
        depth: Int,
        index: inout JSONKeyIndex
    ) throws(JSONParsingFailure) {
        let keyOffset = position
        guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
        let key = try parseString()
        let present = index.position(of: key, in: UnsafeBufferPointer(entries.elements(from: start)))
        if present != nil, rejectsDuplicates {
            throw JSONParsingFailure(.duplicateKey, at: keyOffset, key: key)
        }
        skipWhitespace()
        guard peek() == UInt8(ascii: ":") else { throw unexpected() }
        position += 1
        skipWhitespace()
        let value = try parseValue(depth: depth)
        if let present {
            entries.elements(from: start)[present].value = value
            return
        }
        entries.push(JSONObject.Entry(key: key, value: value))
        let known = UnsafeBufferPointer(entries.elements(from: start))
        if index.isBuilt {
            index.insertLast(of: known)
        } else if known.count > JSONObject.linearLimit {
            index.build(for: known)
        }
    }

    private mutating func expect(_ literal: StaticString) throws(JSONParsingFailure) {
        for offset in 0..<literal.utf8CodeUnitCount {
            guard peek() == literal.utf8Start[offset] else { throw unexpected() }
            position += 1
        }
    }

    /// The byte at the position, or `nil` at the end.
    @inline(__always)
    func peek() -> UInt8? {
        position < end ? bytes[position] : nil
    }

    /// The failure for a byte, or the end, that cannot stand at the position.
    func unexpected() -> JSONParsingFailure {
        JSONParsingFailure(position < end ? .unexpectedCharacter : .unexpectedEnd, at: position)
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                position += 1
            default:
                return
            }
        }
    }
}
