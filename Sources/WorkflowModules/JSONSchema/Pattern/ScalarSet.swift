/// A set of Unicode scalars: what a character, a class or an escape of a pattern stands for.
struct ScalarSet: Sendable {
    /// A property that the Unicode standard defines.
    enum Property: Sendable {
        case categories(UInt32)
        case alphabetic, whitespace, uppercase, lowercase, emoji, identifierStart, identifierPart

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            let properties = scalar.properties
            return switch self {
            case .categories(let mask): mask & properties.generalCategory.mask != 0
            case .alphabetic: properties.isAlphabetic
            case .whitespace: properties.isWhitespace
            case .uppercase: properties.isUppercase
            case .lowercase: properties.isLowercase
            case .emoji: properties.isEmoji
            case .identifierStart: properties.isIDStart
            case .identifierPart: properties.isIDContinue
            }
        }
    }

    private var ranges: [ClosedRange<UInt32>]
    private var properties: [Property]
    private var subsets: [ScalarSet]
    private var isNegated = false
    /// The answer for the scalars below 128.
    private var ascii: (UInt64, UInt64) = (0, 0)

    init(_ ranges: [ClosedRange<UInt32>], properties: [Property] = [], subsets: [ScalarSet] = []) {
        self.ranges = ranges
        self.properties = properties
        self.subsets = subsets
        fillASCII()
    }

    init(_ scalar: UInt32) {
        self.init([scalar...scalar])
    }

    /// All scalars that are not in this set.
    var inverted: ScalarSet {
        var copy = self
        copy.isNegated.toggle()
        copy.fillASCII()
        return copy
    }

    /// The only scalar, when there is only one.
    var single: UInt32? {
        guard !isNegated, properties.isEmpty, subsets.isEmpty, ranges.count == 1, ranges[0].count == 1 else {
            return nil
        }
        return ranges[0].lowerBound
    }

    func contains(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0..<64: ascii.0 >> UInt64(scalar) & 1 == 1
        case 64..<128: ascii.1 >> UInt64(scalar - 64) & 1 == 1
        default: search(scalar)
        }
    }

    private func search(_ scalar: UInt32) -> Bool {
        var isFound = ranges.contains { $0.contains(scalar) } || subsets.contains { $0.contains(scalar) }
        if !isFound, !properties.isEmpty, let unicode = Unicode.Scalar(scalar) {
            isFound = properties.contains { $0.contains(unicode) }
        }
        return isFound != isNegated
    }

    private mutating func fillASCII() {
        ascii = (0, 0)
        for scalar in UInt32(0)..<64 where search(scalar) { ascii.0 |= 1 << UInt64(scalar) }
        for scalar in UInt32(64)..<128 where search(scalar) { ascii.1 |= 1 << UInt64(scalar - 64) }
    }
}

extension ScalarSet {
    /// `\d`
    static let digits = ScalarSet([0x30...0x39])
    /// `\w`
    static let wordParts = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// `\s`: white space and line ends as ECMA-262 lists them.
    static let spaces = ScalarSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    /// `.`: everything but line ends.
    static let anything = ScalarSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029]).inverted
    /// Every scalar.
    static let all = ScalarSet([0...0x10FFFF])
}
