import WorkflowCore

extension SchemaEvaluator {
    /// Checks `type`, `const` and `enum`.
    mutating func checkKind(_ node: SchemaNode, _ value: JSONValue, _ rules: SchemaNode.Rules) -> Bool {
        if let types = rules.types, !types.contains(typeOf: value) {
            // What is wrong besides does not matter.
            return fail(node, "type", "must be \(types.text), is \(value.typeText)")
        }
        if let const = rules.const, !ComparableJSON.areEqual(const, value) {
            return fail(node, "const", "must be \(const.shortText)")
        }
        switch rules.choices {
        case nil: return true
        case .few(let values):
            return values.contains { ComparableJSON.areEqual($0, value) }
                || fail(node, "enum", "must be one of \(values.map(\.shortText).joined(separator: ", "))")
        case .many(let values):
            return values.contains(ComparableJSON(value))
                || fail(node, "enum", "must be one of the \(values.count) values that are allowed")
        }
    }

    mutating func check(_ node: SchemaNode, _ value: JSONValue, _ rules: SchemaNode.NumberRules) -> Bool {
        var isValid = true
        if let limit = rules.minimum, value.isLess(than: limit) {
            isValid = fail(node, "minimum", "must be at least \(limit)")
        }
        if let limit = rules.maximum, limit.isLess(than: value) {
            isValid = fail(node, "maximum", "must be at most \(limit)")
        }
        if let limit = rules.exclusiveMinimum, !limit.isLess(than: value) {
            isValid = fail(node, "exclusiveMinimum", "must be greater than \(limit)")
        }
        if let limit = rules.exclusiveMaximum, !value.isLess(than: limit) {
            isValid = fail(node, "exclusiveMaximum", "must be less than \(limit)")
        }
        if let (divisor, number) = rules.multipleOf, !divisor.divides(value) {
            isValid = fail(node, "multipleOf", "must be a multiple of \(number)")
        }
        return isValid
    }

    mutating func check(_ node: SchemaNode, _ text: String, _ rules: SchemaNode.TextRules) -> Bool {
        var isValid = true
        // A character takes one to four bytes, so that most texts need not be counted.
        let bytes = text.utf8.count
        if let limit = rules.minLength, bytes < limit || bytes < limit * 4 && text.unicodeScalars.count < limit {
            isValid = fail(node, "minLength", "must have at least \(limit.counted("character"))")
        }
        if let limit = rules.maxLength, bytes > limit, text.unicodeScalars.count > limit {
            isValid = fail(node, "maxLength", "must have at most \(limit.counted("character"))")
        }
        if let pattern = rules.pattern, !pattern.matches(text, budget: &budget) {
            isValid = fail(node, "pattern", "must match the pattern \(pattern.text)")
        }
        if let format = rules.format, !format.matches(text) {
            isValid = fail(node, "format", "must be \(format.summary)")
        }
        return isValid
    }
}

extension Int {
    /// The number with a noun, such as `1 element` or `2 elements`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension JSONValue {
    /// The type for messages, such as `a string`.
    fileprivate var typeText: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .double, .decimal: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The value of a schema for messages, cut short.
    fileprivate var shortText: String {
        let text = description
        return text.count <= 60 ? text : "\(text.prefix(57))..."
    }
}
