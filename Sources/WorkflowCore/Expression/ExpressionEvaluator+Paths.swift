extension ExpressionEvaluator {
    /// The value under a key; `length` counts where no such key is present, and nothing is found in other values.
    mutating func member(
        _ name: String, of value: JSONValue, at span: ExpressionSpan
    ) throws(ExpressionFailure) -> JSONValue {
        if case .object(let object) = value, let found = object[name] { return found }
        return name == "length" ? try length(of: value, at: span) ?? .null : .null
    }

    /// The element at an index of an array, or the value under a key.
    mutating func element(
        _ index: JSONValue, of value: JSONValue, at span: ExpressionSpan
    ) throws(ExpressionFailure) -> JSONValue {
        switch index {
        case .string(let key): return try member(key, of: value, at: span)
        case .integer, .double:
            guard let position = index.intValue else { return .null }
            if case .object(let object) = value { return object[String(position)] ?? .null }
            return value[position] ?? .null
        default: return .null
        }
    }

    /// The number of code points, elements or keys; `nil` for values that have none.
    mutating func length(of value: JSONValue, at span: ExpressionSpan) throws(ExpressionFailure) -> JSONValue? {
        switch value {
        case .string(let text):
            try charge(reading: text, at: span)
            return .integer(Int64(text.unicodeScalars.count))
        case .array(let elements): return .integer(Int64(elements.count))
        case .object(let object): return .integer(Int64(object.count))
        default: return nil
        }
    }
}
