import WorkflowCore

extension Matcher {
    /// Compares a value.
    ///
    /// - Parameters:
    ///   - value: The value; `nil` when there is none.
    ///   - path: Its path, for messages.
    ///   - scope: What templates and predicates can name.
    /// - Returns: Everything that is not as it should be.
    func mismatches(of value: JSONValue?, at path: String, in scope: TestScope) -> [Mismatch] {
        do {
            return try compare(value, path, scope)
        } catch {
            return [mismatch(value, path, "\(text), which cannot be computed: \(error)")]
        }
    }

    /// Whether a value is as it should be.
    func matches(_ value: JSONValue?, in scope: TestScope) -> Bool {
        mismatches(of: value, at: "", in: scope).isEmpty
    }

    private func compare(_ value: JSONValue?, _ path: String, _ scope: TestScope) throws -> [Mismatch] {
        switch node {
        case .operators(let operators):
            return try operators.allSatisfy { try $0.holds(for: value, in: scope) } ? [] : [mismatch(value, path, text)]
        case .constant(let expected):
            return value == expected ? [] : [mismatch(value, path, expected.shown)]
        case .template(let template):
            let expected = try template.render(in: scope.values, environment: scope.environment)
            return value == expected ? [] : [mismatch(value, path, expected.shown)]
        case .predicate(let expression):
            let names: JSONObject = ["it": value ?? .null]
            let isTrue = try expression.isTrue(in: scope.adding(names).values, environment: scope.environment)
            return isTrue ? [] : [mismatch(value, path, "that \(expression.text.trimmed) is true")]
        case .elements(let matchers):
            guard let elements = value?.arrayValue else { return [mismatch(value, path, text)] }
            guard elements.count == matchers.count else {
                return [mismatch(value, path, "\(matchers.count) elements: \(text)")]
            }
            return zip(matchers, elements).enumerated().flatMap { index, pair in
                pair.0.mismatches(of: pair.1, at: "\(path)[\(index)]", in: scope)
            }
        case .members(let members):
            guard let object = value?.objectValue else { return [mismatch(value, path, text)] }
            return members.flatMap { key, matcher in
                matcher.mismatches(of: object[key], at: path.isEmpty ? key : "\(path).\(key)", in: scope)
            }
        }
    }

    private func mismatch(_ value: JSONValue?, _ path: String, _ expected: String) -> Mismatch {
        Mismatch(location: location, path: path, expected: expected, actual: value?.shown ?? "nothing")
    }
}

extension MatchOperator {
    /// Whether the operator holds for a value.
    ///
    /// - Throws: ``ExpressionEvaluationError``.
    func holds(for value: JSONValue?, in scope: TestScope) throws -> Bool {
        switch self {
        case .any: return value != nil
        case .absent: return value == nil
        case .exact(let template):
            return try value == template.render(in: scope.values, environment: scope.environment)
        case .type(let name): return value.map { Self.has($0, type: name) } ?? false
        case .matches(let pattern): return try value?.stringValue?.contains(Regex(pattern)) ?? false
        case .contains(let matcher): return Self.contains(value, matcher, scope)
        case .length(let matcher): return matcher.matches(Self.length(of: value), in: scope)
        case .not(let matcher): return !matcher.matches(value, in: scope)
        case .all(let matchers): return matchers.allSatisfy { $0.matches(value, in: scope) }
        case .oneOf(let matchers): return matchers.contains { $0.matches(value, in: scope) }
        case .compare(let comparison, let template):
            return Self.compare(
                value, comparison, try template.render(in: scope.values, environment: scope.environment))
        }
    }

    private static func has(_ value: JSONValue, type: String) -> Bool {
        type == "integer" ? value.intValue != nil : value.typeName == type
    }

    private static func contains(_ value: JSONValue?, _ matcher: Matcher, _ scope: TestScope) -> Bool {
        switch value {
        case .array(let elements)?: return elements.contains { matcher.matches($0, in: scope) }
        case .string(let text)?:
            guard case .constant(.string(let part)) = matcher.node else { return false }
            return text.contains(part)
        default: return false
        }
    }

    private static func length(of value: JSONValue?) -> JSONValue? {
        switch value {
        case .array(let elements)?: .integer(Int64(elements.count))
        case .object(let object)?: .integer(Int64(object.count))
        case .string(let text)?: .integer(Int64(text.unicodeScalars.count))
        default: nil
        }
    }

    private static func compare(_ value: JSONValue?, _ comparison: Comparison, _ bound: JSONValue) -> Bool {
        if let left = value?.doubleValue, let right = bound.doubleValue { return holds(comparison, left, right) }
        if let left = value?.stringValue, let right = bound.stringValue { return holds(comparison, left, right) }
        return false
    }

    private static func holds<Value: Comparable>(_ comparison: Comparison, _ left: Value, _ right: Value) -> Bool {
        switch comparison {
        case .less: left < right
        case .atMost: left <= right
        case .greater: left > right
        case .atLeast: left >= right
        }
    }
}

extension String {
    /// The text without white space around it.
    var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
