import WorkflowCore

/// A number of JSON by the digits it was written with: exact, however large or small.
struct DecimalNumber: Sendable, Hashable {
    /// Whether it is below zero.
    private(set) var isNegative = false
    /// The digits without zeros at either end; empty for zero.
    private(set) var digits: [UInt8] = []
    /// The power of ten that scales the digits, read as a whole number.
    private(set) var exponent = 0

    /// Reads a number; `nil` for any other value.
    init?(_ value: JSONValue) {
        switch value {
        case .integer(let number): self.init(text: String(number))
        case .double(let number) where number.isFinite: self.init(text: String(describing: number))
        case .decimal(let text): self.init(text: text)
        default: return nil
        }
    }

    private init(text: String) {
        var scale = 0
        var isFraction = false
        var explicit: Int?
        var isExponentNegative = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = byte - UInt8(ascii: "0")
                if let value = explicit {
                    explicit = min(value * 10 + Int(digit), 1_000_000_000)
                } else {
                    if isFraction { scale -= 1 }
                    if digit != 0 || !digits.isEmpty { digits.append(digit) }
                }
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): explicit = 0
            case UInt8(ascii: "-"): if explicit == nil { isNegative = true } else { isExponentNegative = true }
            default: continue
            }
        }
        exponent = scale + (explicit ?? 0) * (isExponentNegative ? -1 : 1)
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        if digits.isEmpty { (isNegative, exponent) = (false, 0) }
    }

    /// Whether it has no fraction.
    var isInteger: Bool { exponent >= 0 }

    /// The number when it is whole and fits 64 bits.
    var wholeNumber: Int64? {
        guard exponent >= 0, digits.count + exponent <= 19 else { return nil }
        var text = String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
        text += String(repeating: "0", count: exponent)
        return digits.isEmpty ? 0 : Int64(isNegative ? "-\(text)" : text)
    }

    /// Whether it is less than another number.
    func isLess(than other: DecimalNumber) -> Bool {
        if isNegative != other.isNegative { return isNegative }
        let (small, large) = isNegative ? (other, self) : (self, other)
        return small.isMagnitudeLess(than: large)
    }

    private func isMagnitudeLess(than other: DecimalNumber) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
        let (mine, theirs) = (digits.count + exponent, other.digits.count + other.exponent)
        return mine == theirs ? digits.lexicographicallyPrecedes(other.digits) : mine < theirs
    }
}

/// The number that `multipleOf` names.
struct DecimalDivisor: Sendable, Hashable {
    private let mantissa: UInt64
    private let exponent: Int
    private let integer: Int64?

    /// Takes a number above zero with at most 18 significant digits; `nil` for any other.
    init?(_ value: JSONValue) {
        guard let number = DecimalNumber(value), !number.isNegative, (1...18).contains(number.digits.count) else {
            return nil
        }
        mantissa = number.digits.reduce(0) { $0 * 10 + UInt64($1) }
        exponent = number.exponent
        if case .integer(let whole) = value { integer = whole } else { integer = nil }
    }

    /// Whether a number is a multiple; `true` for a value that is no number.
    func divides(_ value: JSONValue) -> Bool {
        if let integer {
            if case .integer(let number) = value { return number % integer == 0 }
            if case .double(let number) = value, let whole = Int64(exactly: number) { return whole % integer == 0 }
        }
        guard let number = DecimalNumber(value), !number.digits.isEmpty else { return true }
        // The digits of the number do not end in zero, so that a finer number is no multiple.
        guard number.exponent >= exponent else { return false }
        var rest = number.digits.reduce(UInt64(0)) { ($0 * 10 + UInt64($1)) % mantissa }
        rest = multiply(rest, power(of: 10 % mantissa, number.exponent - exponent))
        return rest == 0
    }

    private func power(of base: UInt64, _ exponent: Int) -> UInt64 {
        var (result, base, exponent) = (1 % mantissa, base, exponent)
        while exponent > 0 {
            if exponent & 1 == 1 { result = multiply(result, base) }
            base = multiply(base, base)
            exponent >>= 1
        }
        return result
    }

    private func multiply(_ left: UInt64, _ right: UInt64) -> UInt64 {
        mantissa.dividingFullWidth(left.multipliedFullWidth(by: right)).remainder
    }
}
