/// Reads the bytes of a text from the front.
struct FormatScanner {
    private(set) var rest: Slice<UnsafeBufferPointer<UInt8>>

    init(_ rest: Slice<UnsafeBufferPointer<UInt8>>) {
        self.rest = rest
    }

    var isAtEnd: Bool { rest.isEmpty }
    var next: UInt8? { rest.first }

    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: scalar) else { return false }
        rest.removeFirst()
        return true
    }

    /// Takes the next byte; `false` at the end.
    mutating func step() -> Bool { rest.popFirst() != nil }

    /// Takes bytes as long as they satisfy a condition; returns how many.
    mutating func skip(while condition: (UInt8) -> Bool) -> Int {
        let start = rest.startIndex
        while let byte = rest.first, condition(byte) { rest.removeFirst() }
        return rest.startIndex - start
    }

    /// Takes everything before a byte; `nil` when it does not occur.
    mutating func take(before scalar: Unicode.Scalar) -> FormatScanner? {
        guard let end = rest.firstIndex(of: UInt8(ascii: scalar)) else { return nil }
        defer { rest = rest[end...] }
        return FormatScanner(rest[..<end])
    }

    /// Takes everything.
    mutating func takeAll() -> FormatScanner {
        defer { rest = rest[rest.endIndex...] }
        return self
    }

    /// Takes exactly so many decimal digits.
    mutating func number(digits: Int) -> Int? {
        guard rest.count >= digits else { return nil }
        var value = 0
        for byte in rest.prefix(digits) {
            guard byte.isDigit else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        rest = rest.dropFirst(digits)
        return value
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
    var isHexDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }

    /// Whether it is one of the characters of a text.
    func isOne(of characters: StaticString) -> Bool {
        for index in 0..<characters.utf8CodeUnitCount where characters.utf8Start[index] == self { return true }
        return false
    }
}
