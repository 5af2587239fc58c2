import WorkflowCore

extension SchemaEvaluator {
    mutating func check(
        _ node: SchemaNode, _ object: JSONObject, _ value: JSONValue, _ rules: SchemaNode.ObjectRules,
        _ members: inout EvaluatedMembers
    ) -> Bool {
        var isValid = true
        if let limit = rules.minProperties, object.count < limit {
            isValid = fail(node, "minProperties", "must have at least \(limit.counted("member"))")
        }
        if let limit = rules.maxProperties, object.count > limit {
            isValid = fail(node, "maxProperties", "must have at most \(limit.counted("member"))")
        }
        for name in rules.required where !object.contains(name) {
            isValid = fail(node, "required", "the member \"\(name)\" is missing")
        }
        guard isValid || isCollecting else { return false }
        if !checkMembers(node, object, rules, &members) { isValid = false }
        guard isValid || isCollecting else { return false }
        if !checkDependencies(node, object, value, rules, &members) { isValid = false }
        return isValid
    }

    private mutating func checkMembers(
        _ node: SchemaNode, _ object: JSONObject, _ rules: SchemaNode.ObjectRules, _ members: inout EvaluatedMembers
    ) -> Bool {
        guard !rules.properties.isEmpty || !rules.patterns.isEmpty || rules.additional != nil || rules.names != nil
        else { return true }
        var isValid = true
        for position in object.indices {
            let (key, member) = object[position]
            var isKnown = false
            if case .integer(let schema)? = rules.properties[key] {
                isKnown = true
                if !descend(Int(schema), member, .key(key)) { isValid = false }
            }
            for (pattern, schema) in rules.patterns where pattern.matches(key, budget: &budget) {
                isKnown = true
                if !descend(schema, member, .key(key)) { isValid = false }
            }
            if !isKnown, let schema = rules.additional {
                isKnown = true
                if !checkUnknown(schema, member, key, node, "additionalProperties") { isValid = false }
            }
            if isKnown { members.insert(position) }
            if let schema = rules.names {
                var none = EvaluatedMembers(isTracking: false)
                if !probe(schema, .string(key), &none) {
                    isValid = fail(node, "propertyNames", "the name \"\(key)\" is not allowed")
                }
            }
            guard isValid || isCollecting else { return false }
        }
        return isValid
    }

    /// Checks a member that no other keyword knows; a `false` is told of in terms of the object.
    private mutating func checkUnknown(
        _ schema: Int, _ member: JSONValue, _ key: String, _ node: SchemaNode, _ keyword: String
    ) -> Bool {
        if self.schema.nodes[schema].constant == false {
            return fail(node, keyword, "the member \"\(key)\" is not known")
        }
        return descend(schema, member, .key(key))
    }

    private mutating func checkDependencies(
        _ node: SchemaNode, _ object: JSONObject, _ value: JSONValue, _ rules: SchemaNode.ObjectRules,
        _ members: inout EvaluatedMembers
    ) -> Bool {
        var isValid = true
        for (key, names) in rules.dependentRequired where object.contains(key) {
            for name in names where !object.contains(name) {
                isValid = fail(node, "dependentRequired", "with \"\(key)\" the member \"\(name)\" is required")
            }
        }
        for (key, schema) in rules.dependentSchemas where object.contains(key) {
            guard isValid || isCollecting else { return false }
            if !evaluate(schema, value, &members) { isValid = false }
        }
        return isValid
    }

    /// Checks `unevaluatedProperties` and `unevaluatedItems`, after everything else.
    mutating func checkUnevaluated(
        _ node: SchemaNode, _ value: JSONValue, _ rules: SchemaNode.Rules, _ members: inout EvaluatedMembers
    ) -> Bool {
        var isValid = true
        switch value {
        case .object(let object):
            guard let schema = rules.unevaluatedProperties else { return true }
            for position in object.indices where !members.contains(position) {
                let (key, member) = object[position]
                if !checkUnknown(schema, member, key, node, "unevaluatedProperties") { isValid = false }
                guard isValid || isCollecting else { return false }
            }
        case .array(let elements):
            guard let schema = rules.unevaluatedItems else { return true }
            for (index, element) in elements.enumerated() where !members.contains(index) {
                if !descend(schema, element, .index(index)) { isValid = false }
                guard isValid || isCollecting else { return false }
            }
        default: return true
        }
        members.insertAll()
        return isValid
    }
}
