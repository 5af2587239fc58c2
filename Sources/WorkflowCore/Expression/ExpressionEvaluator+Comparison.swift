extension ExpressionEvaluator {
    /// Whether two values are equal; values of different types are not.
    mutating func equal(
        _ left: JSONValue, _ right: JSONValue, at span: ExpressionSpan
    ) throws(ExpressionFailure) -> Bool {
        switch (left, right) {
        case (.string(let text), .string): try charge(reading: text, at: span)
        case (.array, .array), (.object, .object): try charge(visiting: left, at: span)
        default: break
        }
        return left == right
    }

    /// The sign of the difference of two numbers or two strings, or `nil` for other operands.
    ///
    /// Strings are in the order of their code points.
    mutating func order(
        _ left: JSONValue, _ right: JSONValue, at span: ExpressionSpan
    ) throws(ExpressionFailure) -> Int? {
        if case .string(let text) = left { try charge(reading: text, at: span) }
        return Self.order(left, right)
    }

    /// The sign of the difference of two numbers or two strings, or `nil` for other operands.
    static func order(_ left: JSONValue, _ right: JSONValue) -> Int? {
        switch (left, right) {
        case (.integer(let left), .integer(let right)):
            return left < right ? -1 : left > right ? 1 : 0
        case (.string(let left), .string(let right)):
            if left.utf8.lexicographicallyPrecedes(right.utf8) { return -1 }
            return left.utf8.elementsEqual(right.utf8) ? 0 : 1
        case (.integer(let left), .double(let right)):
            if let right = Int64(exactly: right) { return left < right ? -1 : left > right ? 1 : 0 }
        case (.double(let left), .integer(let right)):
            if let left = Int64(exactly: left) { return left < right ? -1 : left > right ? 1 : 0 }
        default: break
        }
        guard let first = left.doubleValue, let second = right.doubleValue else { return nil }
        return first < second ? -1 : first > second ? 1 : 0
    }

    /// Whether an array has an element, a string a part or an object a key.
    mutating func contains(
        _ container: JSONValue, _ value: JSONValue, container node: ExpressionNode, at span: ExpressionSpan
    ) throws(ExpressionFailure) -> Bool {
        switch container {
        case .null: return false
        case .array(let elements):
            for element in elements {
                try charge(1, at: span)
                if try equal(element, value, at: span) { return true }
            }
            return false
        case .object(let object):
            guard case .string(let key) = value else { return false }
            return object.contains(key)
        case .string(let text):
            guard case .string(let part) = value else { return false }
            try charge(reading: text, at: span)
            try charge(part.utf8.count, at: span)
            return TextSearch(part).isFound(in: text)
        default:
            throw ExpressionFailure(
                .typeMismatch,
                "\(node.span.excerpt(of: self.text)) is \(container.typeWithArticle), "
                    + "and only arrays, objects and strings contain something", at: node.span)
        }
    }

    /// Takes the cost of reading a value with all that it holds from the budget.
    mutating func charge(visiting value: JSONValue, at span: ExpressionSpan) throws(ExpressionFailure) {
        try charge(value.footprint(limit: min(remaining, Int.max / 8) * 8) / 8, at: span)
    }
}
