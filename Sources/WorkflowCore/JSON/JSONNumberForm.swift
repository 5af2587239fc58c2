/// The digits and scale of a decimal number literal, without leading and trailing zeros.
///
/// Two literals with at most nineteen significant digits denote the same number exactly if their forms are equal.
struct JSONNumberForm: Equatable {
    /// The significant digits as an integer; meaningful up to nineteen digits.
    private(set) var mantissa: UInt64 = 0
    /// The number of significant digits; zero for the number zero.
    private(set) var significantDigits = 0
    /// The power of ten that scales the mantissa.
    private(set) var exponent = 0

    /// Reads the form of a valid literal; the sign is left out.
    init(_ literal: some Sequence<UInt8>) {
        var trailingZeros = 0
        var fractionDigits = 0
        var isFraction = false
        var isExponent = false
        var explicitExponent = 0
        var negativeExponent = false
        for byte in literal {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = byte - UInt8(ascii: "0")
                if isExponent {
                    explicitExponent = min(explicitExponent * 10 + Int(digit), 1_000_000_000)
                    continue
                }
                if isFraction { fractionDigits += 1 }
                if digit != 0 {
                    append(digit, after: trailingZeros)
                    trailingZeros = 0
                } else if significantDigits > 0 {
                    trailingZeros += 1
                }
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): isExponent = true
            case UInt8(ascii: "-"): negativeExponent = isExponent
            default: continue
            }
        }
        guard significantDigits > 0 else { return }
        exponent = (negativeExponent ? -explicitExponent : explicitExponent) - fractionDigits + trailingZeros
    }

    private mutating func append(_ digit: UInt8, after zeros: Int) {
        significantDigits += zeros + 1
        guard significantDigits <= 19 else { return }
        for _ in 0..<zeros { mantissa *= 10 }
        mantissa = mantissa * 10 + UInt64(digit)
    }

    /// The exactly rounded double, where one multiplication or division of exact doubles gives it.
    var exactDouble: Double? {
        if significantDigits == 0 { return 0 }
        guard significantDigits <= 15, abs(exponent) <= 22 else { return nil }
        let scale = Self.powersOfTen[abs(exponent)]
        return exponent < 0 ? Double(mantissa) / scale : Double(mantissa) * scale
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
