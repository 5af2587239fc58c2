import WorkflowCore

extension SchemaEvaluator {
    /// Checks `allOf`, `anyOf`, `oneOf`, `not` and `if`.
    mutating func check(
        _ node: SchemaNode, _ value: JSONValue, _ rules: SchemaNode.LogicRules, _ members: inout EvaluatedMembers
    ) -> Bool {
        var isValid = true
        for schema in rules.allOf {
            if !evaluate(schema, value, &members) { isValid = false }
            guard isValid || isCollecting else { return false }
        }
        if !rules.anyOf.isEmpty, !checkAny(node, value, rules.anyOf, &members) { isValid = false }
        guard isValid || isCollecting else { return false }
        if !rules.oneOf.isEmpty, !checkOne(node, value, rules.oneOf, &members) { isValid = false }
        guard isValid || isCollecting else { return false }
        if let schema = rules.not {
            var none = EvaluatedMembers(isTracking: false)
            if probe(schema, value, &none) { isValid = fail(node, "not", "is of a kind that is not allowed") }
        }
        guard isValid || isCollecting else { return false }
        if let condition = rules.condition, !checkCondition(condition, value, rules, &members) { isValid = false }
        return isValid
    }

    private mutating func checkAny(
        _ node: SchemaNode, _ value: JSONValue, _ schemas: [Int], _ members: inout EvaluatedMembers
    ) -> Bool {
        var isFound = false
        for schema in schemas {
            guard attempt(schema, value, &members) else { continue }
            isFound = true
            // The others may have looked at more.
            if !members.isTracking { break }
        }
        return isFound || fail(node, "anyOf", "is of none of the \(schemas.count) kinds that are allowed")
    }

    private mutating func checkOne(
        _ node: SchemaNode, _ value: JSONValue, _ schemas: [Int], _ members: inout EvaluatedMembers
    ) -> Bool {
        var found = 0
        for schema in schemas where attempt(schema, value, &members) {
            found += 1
            if found > 1 { return fail(node, "oneOf", "is of several kinds, of which only one is allowed at a time") }
        }
        return found == 1 || fail(node, "oneOf", "is of none of the \(schemas.count) kinds that are allowed")
    }

    private mutating func checkCondition(
        _ condition: Int, _ value: JSONValue, _ rules: SchemaNode.LogicRules, _ members: inout EvaluatedMembers
    ) -> Bool {
        let branch = attempt(condition, value, &members) ? rules.then : rules.otherwise
        return branch.map { evaluate($0, value, &members) } ?? true
    }

    /// Checks without telling of violations; what a schema that fails has looked at does not count.
    private mutating func attempt(_ schema: Int, _ value: JSONValue, _ members: inout EvaluatedMembers) -> Bool {
        guard members.isTracking else { return probe(schema, value, &members) }
        var tried = members
        guard probe(schema, value, &tried) else { return false }
        members = tried
        return true
    }
}
