extension JSONValue {
    /// Whether the value counts as true in a condition: all but `null`, `false`, zero and the empty string.
    var isTruthy: Bool {
        switch self {
        case .null: false
        case .bool(let flag): flag
        case .integer(let number): number != 0
        case .double(let number): !number.isZero
        case .string(let text): !text.isEmpty
        case .decimal, .array, .object: true
        }
    }

    /// Whether the value is a number in any form.
    var isNumber: Bool {
        switch self {
        case .integer, .double, .decimal: true
        default: false
        }
    }

    /// Whether the value is a string.
    var isString: Bool {
        if case .string = self { true } else { false }
    }

    /// The text that stands for the value within other text.
    var templateText: String {
        switch self {
        case .null: ""
        case .string(let text): text
        default: jsonString()
        }
    }

    /// The type as an error message names it.
    var typeWithArticle: String {
        switch self {
        case .null: "null"
        case .array, .object: "an \(typeName)"
        default: "a \(typeName)"
        }
    }

    /// About as many bytes as the value takes as JSON; counting ends beyond the limit.
    func footprint(limit: Int) -> Int {
        var total = 2
        switch self {
        case .string(let text): total += text.utf8.count
        case .decimal(let text): total = text.utf8.count
        case .array(let elements):
            for element in elements where total <= limit { total += 1 + element.footprint(limit: limit - total) }
        case .object(let object):
            for entry in object.entries where total <= limit {
                total += 4 + entry.key.utf8.count + entry.value.footprint(limit: limit - total)
            }
        case .double: total = 8
        default: total = 4
        }
        return total
    }
}
