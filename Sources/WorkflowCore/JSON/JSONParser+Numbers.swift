extension JSONParser {
    /// Reads the number that starts with the sign or digit at the position.
    mutating func parseNumber() throws(JSONParsingFailure) -> JSONValue {
        let start = position
        let isNegative = bytes[start] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let digits = position
        var magnitude: UInt64 = 0
        while position < end, let digit = Self.digit(bytes[position]) {
            magnitude = magnitude &* 10 &+ UInt64(digit)
            position += 1
        }
        try checkInteger(from: start, digits: digits)
        switch peek() {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            try skipFractionAndExponent(from: start)
            return fractional(from: start, isNegative: isNegative)
        default:
            break
        }
        if position - digits <= 18 {
            if isNegative, magnitude == 0 { return .double(-0.0) }
            let number = Int64(truncatingIfNeeded: magnitude)
            return .integer(isNegative ? -number : number)
        }
        let literal = text(from: start)
        return Int64(literal).map(JSONValue.integer) ?? .decimal(literal)
    }

    private func checkInteger(from start: Int, digits: Int) throws(JSONParsingFailure) {
        let count = position - digits
        if count == 0 { throw position < end ? JSONParsingFailure(.invalidNumber, at: start) : unexpected() }
        if count > 1, bytes[digits] == UInt8(ascii: "0") { throw JSONParsingFailure(.invalidNumber, at: start) }
    }

    private mutating func skipFractionAndExponent(from start: Int) throws(JSONParsingFailure) {
        if peek() == UInt8(ascii: ".") {
            position += 1
            try skipDigits(from: start)
        }
        guard let byte = peek(), byte | 0x20 == UInt8(ascii: "e") else { return }
        position += 1
        if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
        try skipDigits(from: start)
    }

    private mutating func skipDigits(from start: Int) throws(JSONParsingFailure) {
        let first = position
        while position < end, Self.digit(bytes[position]) != nil { position += 1 }
        if position == first { throw position < end ? JSONParsingFailure(.invalidNumber, at: start) : unexpected() }
    }

    private func fractional(from start: Int, isNegative: Bool) -> JSONValue {
        let form = JSONNumberForm(UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
        if let magnitude = form.exactDouble { return .double(isNegative ? -magnitude : magnitude) }
        let literal = text(from: start)
        guard form.significantDigits <= 17, let number = Double(literal), number.isFinite, !number.isZero else {
            return .decimal(literal)
        }
        let isExact = form.significantDigits <= 15 && number.isNormal
        guard isExact || JSONNumberForm(number.description.utf8) == form else { return .decimal(literal) }
        return .double(number)
    }

    private func text(from start: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    }

    @inline(__always)
    private static func digit(_ byte: UInt8) -> UInt8? {
        let digit = byte &- UInt8(ascii: "0")
        return digit < 10 ? digit : nil
    }
}
