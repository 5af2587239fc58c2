/// Reads a regular expression of ECMA-262 with the flag `u`.
///
/// Not read are back references and scripts (`\p{Script=...}`), which cannot be matched in bounded time or need tables.
/// Escaped punctuation that needs no escape, and braces that are no quantifier, are taken for themselves.
struct PatternParser {
    /// The longest pattern, in Unicode scalars.
    static let longestPattern = 8192
    /// The greatest number of a quantifier.
    static let greatestCount = 1000
    /// How deep groups may be nested.
    static let deepestGroup = 64

    let scalars: [UInt32]
    var position = 0
    private var depth = 0

    init(_ text: String) throws(PatternSyntaxError) {
        scalars = text.unicodeScalars.map(\.value)
        guard scalars.count <= Self.longestPattern else {
            throw PatternSyntaxError(message: "the pattern is longer than \(Self.longestPattern)", column: 1)
        }
    }

    mutating func parse() throws(PatternSyntaxError) -> PatternNode {
        let node = try choice()
        guard position == scalars.count else { throw fail("there is nothing that this \")\" closes") }
        return node
    }

    func fail(_ message: String, at place: Int? = nil) -> PatternSyntaxError {
        PatternSyntaxError(message: message, column: (place ?? position) + 1)
    }

    var next: UInt32? { position < scalars.count ? scalars[position] : nil }

    mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= scalars.count else { return false }
        for offset in 0..<count where scalars[position + offset] != UInt32(text.utf8Start[offset]) { return false }
        position += count
        return true
    }

    private mutating func choice() throws(PatternSyntaxError) -> PatternNode {
        var parts = [try sequence()]
        while skip("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(PatternSyntaxError) -> PatternNode {
        var parts: [PatternNode] = []
        while let scalar = next, scalar != UInt32(ascii: "|"), scalar != UInt32(ascii: ")") {
            let start = position
            let part = try atom()
            guard let (least, most) = try quantifier() else {
                parts.append(part)
                continue
            }
            switch part {
            case .condition, .look: throw fail("there is nothing to repeat here", at: start)
            default: parts.append(.repetition(part, least: least, most: most))
            }
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func atom() throws(PatternSyntaxError) -> PatternNode {
        if skip("^") { return .condition(.start) }
        if skip("$") { return .condition(.end) }
        if skip(".") { return .scalar(.anything) }
        if skip("(") { return try group() }
        if skip("[") { return .scalar(try characterClass()) }
        if skip("\\") { return try escape() }
        guard let scalar = next else { throw fail("the pattern ends too early") }
        if scalar == UInt32(ascii: "*") || scalar == UInt32(ascii: "+") || scalar == UInt32(ascii: "?") {
            throw fail("there is nothing to repeat here")
        }
        position += 1
        return .scalar(ScalarSet(scalar))
    }

    private mutating func group() throws(PatternSyntaxError) -> PatternNode {
        let start = position - 1
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepestGroup else { throw fail("groups are nested deeper than \(Self.deepestGroup)") }
        var look: (isAhead: Bool, isNegated: Bool)?
        if skip("?") {
            if skip("=") {
                look = (true, false)
            } else if skip("!") {
                look = (true, true)
            } else if skip("<=") {
                look = (false, false)
            } else if skip("<!") {
                look = (false, true)
            } else if skip("<") {
                while let scalar = next, scalar != UInt32(ascii: ">") {
                    guard ScalarSet.wordParts.contains(scalar) || scalar == UInt32(ascii: "$") || scalar > 127 else {
                        throw fail("the name of a group consists of letters and digits")
                    }
                    position += 1
                }
                guard skip(">") else { throw fail("the name of the group does not end") }
            } else if !skip(":") {
                throw fail("this kind of group is not known")
            }
        }
        let node = try choice()
        guard skip(")") else { throw fail("the group is not closed", at: start) }
        return look.map { .look(node, isAhead: $0.isAhead, isNegated: $0.isNegated) } ?? node
    }

    private mutating func quantifier() throws(PatternSyntaxError) -> (Int, Int?)? {
        var found: (Int, Int?)?
        let start = position
        if skip("*") {
            found = (0, nil)
        } else if skip("+") {
            found = (1, nil)
        } else if skip("?") {
            found = (0, 1)
        } else if skip("{") {
            if let least = number() {
                if skip("}") {
                    found = (least, least)
                } else if skip(",") {
                    let most = number()
                    if skip("}") { found = (least, most) }
                }
            }
            if found == nil { position = start }
        }
        guard let (least, most) = found else { return nil }
        if let most, most < least { throw fail("the numbers are the wrong way round", at: start) }
        if max(least, most ?? 0) > Self.greatestCount {
            throw fail("more than \(Self.greatestCount) repetitions are not supported", at: start)
        }
        _ = skip("?")
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = next, ScalarSet.digits.contains(scalar) {
            value = min((value ?? 0) * 10 + Int(scalar - UInt32(ascii: "0")), 1_000_000)
            position += 1
        }
        return value
    }
}

extension UInt32 {
    /// The number of an ASCII character.
    init(ascii scalar: Unicode.Scalar) {
        self = UInt32(UInt8(ascii: scalar))
    }
}
