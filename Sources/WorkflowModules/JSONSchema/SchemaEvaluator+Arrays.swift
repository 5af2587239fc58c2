import WorkflowCore

extension SchemaEvaluator {
    mutating func check(
        _ node: SchemaNode, _ elements: [JSONValue], _ rules: SchemaNode.ArrayRules,
        _ members: inout EvaluatedMembers
    ) -> Bool {
        var isValid = true
        if let limit = rules.minItems, elements.count < limit {
            isValid = fail(node, "minItems", "must have at least \(limit.counted("element"))")
        }
        if let limit = rules.maxItems, elements.count > limit {
            isValid = fail(node, "maxItems", "must have at most \(limit.counted("element"))")
        }
        guard isValid || isCollecting else { return false }
        if !checkElements(elements, rules, &members) { isValid = false }
        guard isValid || isCollecting else { return false }
        if let schema = rules.contains, !checkContains(node, schema, elements, rules, &members) { isValid = false }
        guard isValid || isCollecting else { return false }
        if rules.isUnique, let index = Self.repeated(elements) {
            isValid = fail(node, "uniqueItems", "the elements must be different, but element \(index) is a repetition")
        }
        return isValid
    }

    private mutating func checkElements(
        _ elements: [JSONValue], _ rules: SchemaNode.ArrayRules, _ members: inout EvaluatedMembers
    ) -> Bool {
        var isValid = true
        for index in 0..<min(rules.prefix.count, elements.count) {
            if !descend(rules.prefix[index], elements[index], .index(index)) { isValid = false }
            members.insert(index)
            guard isValid || isCollecting else { return false }
        }
        guard let rest = rules.rest else { return isValid }
        for index in elements.indices.dropFirst(rules.prefix.count) {
            if !descend(rest, elements[index], .index(index)) { isValid = false }
            guard isValid || isCollecting else { return false }
        }
        members.insertAll()
        return isValid
    }

    private mutating func checkContains(
        _ node: SchemaNode, _ schema: Int, _ elements: [JSONValue], _ rules: SchemaNode.ArrayRules,
        _ members: inout EvaluatedMembers
    ) -> Bool {
        let least = rules.minContains ?? 1
        let isTracking = members.isTracking && rules.containsEvaluates
        var found = 0
        for (index, element) in elements.enumerated() {
            var none = EvaluatedMembers(isTracking: false)
            guard probe(schema, element, &none) else { continue }
            found += 1
            if isTracking { members.insert(index) }
            if let most = rules.maxContains, found > most {
                let message = "must have at most \(most.counted("element")) of a certain kind"
                return fail(node, "maxContains", message)
            }
            if !isTracking, rules.maxContains == nil, found >= least { break }
        }
        guard found < least else { return true }
        let keyword = rules.minContains == nil ? "contains" : "minContains"
        return fail(node, keyword, "must have at least \(least.counted("element")) of a certain kind")
    }

    /// The first element that is equal to an earlier one.
    private static func repeated(_ elements: [JSONValue]) -> Int? {
        guard elements.count > 8 else {
            return elements.indices.first { index in
                elements[..<index].contains { ComparableJSON.areEqual($0, elements[index]) }
            }
        }
        var seen = Set<ComparableJSON>(minimumCapacity: elements.count)
        return elements.firstIndex { !seen.insert(ComparableJSON($0)).inserted }
    }
}
