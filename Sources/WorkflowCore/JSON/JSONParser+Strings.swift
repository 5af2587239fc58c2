extension JSONParser {
    /// Reads the string that starts with the quote at the position.
    @inline(__always)
    mutating func parseString() throws(JSONParsingFailure) -> String {
        let start = position + 1
        var isWide = false
        let stop = JSONByteScan.firstSpecial(from: start, in: bytes, sawHighBit: &isWide)
        guard stop < end, bytes[stop] == UInt8(ascii: "\"") else {
            return try parseStringWithEscapes(from: start, to: stop)
        }
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<stop])
        position = stop + 1
        return isWide ? try validated(text, at: start) : String(decoding: text, as: UTF8.self)
    }

    private mutating func parseStringWithEscapes(
        from start: Int,
        to firstSpecial: Int
    ) throws(JSONParsingFailure) -> String {
        var text: [UInt8] = []
        var chunk = start
        var stop = firstSpecial
        var isWide = false
        while true {
            guard stop < end else { throw JSONParsingFailure(.unexpectedEnd, at: end) }
            text.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[chunk..<stop]))
            switch bytes[stop] {
            case UInt8(ascii: "\""):
                position = stop + 1
                return try validated(text, at: start)
            case UInt8(ascii: "\\"):
                position = stop
                try parseEscape(into: &text)
            default:
                throw JSONParsingFailure(.invalidString, at: stop)
            }
            chunk = position
            stop = JSONByteScan.firstSpecial(from: chunk, in: bytes, sawHighBit: &isWide)
        }
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(JSONParsingFailure) {
        let start = position
        guard start + 1 < end else { throw JSONParsingFailure(.unexpectedEnd, at: end) }
        position += 2
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): text.append(0x22)
        case UInt8(ascii: "\\"): text.append(0x5C)
        case UInt8(ascii: "/"): text.append(0x2F)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try parseUnicodeEscape(startingAt: start)
            text.append(contentsOf: scalar.utf8)
        default: throw JSONParsingFailure(.invalidString, at: start)
        }
    }

    private mutating func parseUnicodeEscape(startingAt start: Int) throws(JSONParsingFailure) -> Unicode.Scalar {
        let first = try parseHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00 else { throw JSONParsingFailure(.invalidString, at: start) }
        guard position + 1 < end else { throw JSONParsingFailure(.unexpectedEnd, at: end) }
        guard bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u") else {
            throw JSONParsingFailure(.invalidString, at: start)
        }
        position += 2
        let second = try parseHexDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw JSONParsingFailure(.invalidString, at: start) }
        return scalar
    }

    private mutating func parseHexDigits() throws(JSONParsingFailure) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek() else { throw JSONParsingFailure(.unexpectedEnd, at: end) }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONParsingFailure(.invalidString, at: position)
            }
            number = number << 4 | UInt32(digit)
            position += 1
        }
        return number
    }

    private func validated(
        _ text: some Collection<UInt8>,
        at offset: Int
    ) throws(JSONParsingFailure) -> String {
        guard let string = String(validating: text, as: UTF8.self) else {
            throw JSONParsingFailure(.invalidUTF8, at: offset)
        }
        return string
    }
}
