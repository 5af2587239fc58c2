import WorkflowCore

/// A value that is equal to others as JSON Schema says: numbers by their value, however they are written.
struct ComparableJSON: Sendable, Hashable {
    let value: JSONValue

    init(_ value: JSONValue) {
        self.value = value
    }

    static func == (left: ComparableJSON, right: ComparableJSON) -> Bool {
        areEqual(left.value, right.value)
    }

    static func areEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.decimal, _), (_, .decimal):
            guard let one = DecimalNumber(left), let other = DecimalNumber(right) else { return false }
            return one == other
        case (.array(let one), .array(let other)):
            return one.count == other.count && zip(one, other).allSatisfy { areEqual($0, $1) }
        case (.object(let one), .object(let other)):
            return one.count == other.count
                && one.allSatisfy { key, value in other[key].map { areEqual(value, $0) } ?? false }
        default:
            return left == right
        }
    }

    func hash(into hasher: inout Hasher) {
        switch value {
        case .integer, .double, .decimal:
            if let whole = value.wholeNumber {
                hasher.combine(whole)
            } else {
                hasher.combine(DecimalNumber(value))
            }
        case .array(let elements):
            hasher.combine(elements.count)
            for element in elements { ComparableJSON(element).hash(into: &hasher) }
        case .object(let object):
            var combined = 0
            for (key, value) in object {
                var pair = Hasher()
                pair.combine(key)
                ComparableJSON(value).hash(into: &pair)
                combined ^= pair.finalize()
            }
            hasher.combine(combined)
        default:
            value.hash(into: &hasher)
        }
    }
}

extension JSONValue {
    /// The number when it is whole and fits, however it is written.
    fileprivate var wholeNumber: Int64? {
        switch self {
        case .integer(let number): number
        case .double(let number): Int64(exactly: number)
        case .decimal: DecimalNumber(self)?.wholeNumber
        default: nil
        }
    }

    /// Whether this is a number less than another number, exactly.
    func isLess(than other: JSONValue) -> Bool {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): return left < right
        case (.double(let left), .double(let right)): return left < right
        default:
            guard let left = DecimalNumber(self), let right = DecimalNumber(other) else { return false }
            return left.isLess(than: right)
        }
    }

    /// Whether this is a number without a fraction, also when it is written with one, such as 1.0.
    var isWholeNumber: Bool {
        switch self {
        case .integer: true
        case .double(let number): number.rounded(.towardZero) == number
        case .decimal: DecimalNumber(self)?.isInteger ?? false
        default: false
        }
    }
}
