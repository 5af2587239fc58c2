extension PatternParser {
    /// Reads what follows a backslash outside of a class.
    mutating func escape() throws(PatternSyntaxError) -> PatternNode {
        if skip("b") { return .condition(.wordBoundary) }
        if skip("B") { return .condition(.noWordBoundary) }
        if let scalar = next, (UInt32(ascii: "1")...UInt32(ascii: "9")).contains(scalar) || scalar == UInt32(ascii: "k")
        {
            throw fail("back references are not supported", at: position - 1)
        }
        if let set = try classEscape() { return .scalar(set) }
        return .scalar(ScalarSet(try characterEscape()))
    }

    /// Reads what follows `[`.
    mutating func characterClass() throws(PatternSyntaxError) -> ScalarSet {
        let start = position - 1
        let isNegated = skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        var subsets: [ScalarSet] = []
        while !skip("]") {
            guard next != nil else { throw fail("the class is not closed", at: start) }
            let place = position
            let (lower, subset) = try classAtom()
            if let subset { subsets.append(subset) }
            let mayBeRange = next == UInt32(ascii: "-") && position + 1 < scalars.count
            guard mayBeRange, scalars[position + 1] != UInt32(ascii: "]") else {
                if let lower { ranges.append(lower...lower) }
                continue
            }
            position += 1
            let (upper, _) = try classAtom()
            guard let lower, let upper else { throw fail("a range needs a character on both sides", at: place) }
            guard lower <= upper else { throw fail("the range is the wrong way round", at: place) }
            ranges.append(lower...upper)
        }
        let set = ScalarSet(ranges, subsets: subsets)
        return isNegated ? set.inverted : set
    }

    private mutating func classAtom() throws(PatternSyntaxError) -> (UInt32?, ScalarSet?) {
        guard let scalar = next else { throw fail("the class is not closed") }
        position += 1
        guard scalar == UInt32(ascii: "\\") else { return (scalar, nil) }
        if skip("b") { return (8, nil) }
        if let set = try classEscape() { return (nil, set) }
        return (try characterEscape(), nil)
    }

    private mutating func classEscape() throws(PatternSyntaxError) -> ScalarSet? {
        if skip("d") { return .digits }
        if skip("D") { return ScalarSet.digits.inverted }
        if skip("w") { return .wordParts }
        if skip("W") { return ScalarSet.wordParts.inverted }
        if skip("s") { return .spaces }
        if skip("S") { return ScalarSet.spaces.inverted }
        let isNegated = next == UInt32(ascii: "P")
        guard skip("p") || skip("P") else { return nil }
        let start = position
        guard skip("{"), let end = scalars[position...].firstIndex(of: UInt32(ascii: "}")) else {
            throw fail("a property is written as \\p{Name}", at: start)
        }
        let name = String(String.UnicodeScalarView(scalars[position..<end].compactMap(Unicode.Scalar.init)))
        guard let set = ScalarSet(property: name) else {
            throw fail("the property \"\(name)\" is not known", at: start)
        }
        position = end + 1
        return isNegated ? set.inverted : set
    }

    private mutating func characterEscape() throws(PatternSyntaxError) -> UInt32 {
        guard let scalar = next, let character = Unicode.Scalar(scalar) else {
            throw fail("the pattern ends after a backslash")
        }
        let start = position - 1
        position += 1
        switch character {
        case "t": return 9
        case "n": return 10
        case "v": return 11
        case "f": return 12
        case "r": return 13
        case "0":
            guard next.map({ !ScalarSet.digits.contains($0) }) ?? true else {
                throw fail("octal escapes are not supported", at: start)
            }
            return 0
        case "c":
            guard let letter = next, (0x41...0x5A).contains(letter) || (0x61...0x7A).contains(letter) else {
                throw fail("\\c is followed by a letter", at: start)
            }
            position += 1
            return letter % 32
        case "x":
            guard let value = hexadecimal(2) else { throw fail("\\x is followed by two hex digits", at: start) }
            return value
        case "u":
            return try unicodeEscape(start)
        default:
            let isPlain = scalar < 128 && !ScalarSet.wordParts.contains(scalar) || character == "_"
            guard isPlain else { throw fail("the escape \"\\\(character)\" is not known", at: start) }
            return scalar
        }
    }

    private mutating func unicodeEscape(_ start: Int) throws(PatternSyntaxError) -> UInt32 {
        if skip("{") {
            var value: UInt32 = 0
            let first = position
            while let digit = hexadecimal(1) { value = min(value << 4 | digit, 0x110000) }
            guard position > first, value <= 0x10FFFF, skip("}") else {
                throw fail("\\u{...} holds the number of a character", at: start)
            }
            return value
        }
        guard let high = hexadecimal(4) else { throw fail("\\u is followed by four hex digits", at: start) }
        let rest = position
        if (0xD800...0xDBFF).contains(high), skip("\\u"), let low = hexadecimal(4), (0xDC00...0xDFFF).contains(low) {
            return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
        }
        position = rest
        return high
    }

    private mutating func hexadecimal(_ count: Int) -> UInt32? {
        guard position + count <= scalars.count else { return nil }
        var value: UInt32 = 0
        for scalar in scalars[position..<position + count] {
            guard let digit = Unicode.Scalar(scalar)?.hexadecimalDigit else { return nil }
            value = value << 4 | digit
        }
        position += count
        return value
    }
}

extension Unicode.Scalar {
    /// The value of a hexadecimal digit.
    fileprivate var hexadecimalDigit: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x61 + 10
        case "A"..."F": value - 0x41 + 10
        default: nil
        }
    }
}
