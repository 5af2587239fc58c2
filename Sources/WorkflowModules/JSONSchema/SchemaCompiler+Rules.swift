import WorkflowCore

extension SchemaCompiler {
    mutating func numberRules() -> SchemaNode.NumberRules? {
        var rules = SchemaNode.NumberRules()
        rules.minimum = number("minimum")
        rules.maximum = number("maximum")
        rules.exclusiveMinimum = number("exclusiveMinimum")
        rules.exclusiveMaximum = number("exclusiveMaximum")
        if let value = number("multipleOf") {
            if let divisor = DecimalDivisor(value) {
                rules.multipleOf = (divisor, value)
            } else {
                fail("multipleOf", "must be a number above zero with at most 18 significant digits")
            }
        }
        let isUsed = hasAny("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
        return isUsed ? rules : nil
    }

    mutating func textRules() -> SchemaNode.TextRules? {
        var rules = SchemaNode.TextRules()
        rules.minLength = count("minLength")
        rules.maxLength = count("maxLength")
        if let text = string("pattern") { rules.pattern = pattern(text, at: "pattern") }
        if let name = string("format"), checksFormats { rules.format = StringFormat(rawValue: name) }
        let isUsed = hasAny("minLength", "maxLength", "pattern") || rules.format != nil
        return isUsed ? rules : nil
    }

    mutating func objectRules() -> SchemaNode.ObjectRules? {
        var rules = SchemaNode.ObjectRules()
        rules.minProperties = count("minProperties")
        rules.maxProperties = count("maxProperties")
        rules.required = names("required", object["required"])
        for (key, schema) in children("properties") { rules.properties[key] = .integer(Int64(schema)) }
        for (key, schema) in children("patternProperties") {
            guard let pattern = pattern(key, at: JSONPointer.append(key, to: "patternProperties")) else { continue }
            rules.patterns.append((pattern, schema))
        }
        rules.additional = child("additionalProperties")
        rules.names = child("propertyNames")
        if dialect != .draft7 {
            for (key, value) in map("dependentRequired") {
                rules.dependentRequired.append((key, names(JSONPointer.append(key, to: "dependentRequired"), value)))
            }
            rules.dependentSchemas = children("dependentSchemas")
        }
        if dialect != .draft2020 {
            for (key, value) in map("dependencies") {
                let pointer = JSONPointer.append(key, to: "dependencies")
                if value.arrayValue != nil {
                    rules.dependentRequired.append((key, names(pointer, value)))
                } else if let schema = child(at: pointer) {
                    rules.dependentSchemas.append((key, schema))
                }
            }
        }
        let isUsed = hasAny(
            "minProperties", "maxProperties", "required", "properties", "patternProperties", "additionalProperties",
            "propertyNames", "dependentRequired", "dependentSchemas", "dependencies")
        return isUsed ? rules : nil
    }

    mutating func arrayRules() -> SchemaNode.ArrayRules? {
        var rules = SchemaNode.ArrayRules()
        rules.minItems = count("minItems")
        rules.maxItems = count("maxItems")
        rules.isUnique = bool("uniqueItems") ?? false
        if dialect == .draft2020 {
            rules.prefix = list("prefixItems")
            rules.rest = child("items")
        } else if object["items"]?.arrayValue != nil {
            rules.prefix = list("items")
            rules.rest = child("additionalItems")
            rules.keywords = ("items", "additionalItems")
        } else {
            rules.rest = child("items")
        }
        rules.contains = child("contains")
        rules.containsEvaluates = dialect == .draft2020
        if dialect != .draft7 {
            rules.minContains = count("minContains")
            rules.maxContains = count("maxContains")
        }
        let isUsed = hasAny("minItems", "maxItems", "uniqueItems", "prefixItems", "items", "contains")
        return isUsed ? rules : nil
    }

    mutating func logicRules() -> SchemaNode.LogicRules? {
        var rules = SchemaNode.LogicRules()
        rules.allOf = list("allOf")
        rules.anyOf = list("anyOf")
        rules.oneOf = list("oneOf")
        rules.not = child("not")
        rules.condition = child("if")
        rules.then = child("then")
        rules.otherwise = child("else")
        return hasAny("allOf", "anyOf", "oneOf", "not", "if") ? rules : nil
    }

    private func hasAny(_ keywords: String...) -> Bool { keywords.contains { object.contains($0) } }

    /// The schemas under a keyword that holds a list.
    private mutating func list(_ keyword: String) -> [Int] {
        guard let value = object[keyword] else { return [] }
        guard let elements = value.arrayValue, !elements.isEmpty else {
            fail(keyword, "must be an array of at least one schema")
            return []
        }
        var schemas: [Int] = []
        for index in elements.indices { if let schema = child(at: "\(keyword)/\(index)") { schemas.append(schema) } }
        return schemas
    }

    /// The schemas under a keyword that holds schemas under free keys.
    private mutating func children(_ keyword: String) -> [(key: String, schema: Int)] {
        var schemas: [(key: String, schema: Int)] = []
        for (key, value) in map(keyword) {
            let pointer = JSONPointer.append(key, to: keyword)
            if value.arrayValue != nil { fail(pointer, "must be a schema, is an array") }
            if let schema = child(at: pointer) { schemas.append((key, schema)) }
        }
        return schemas
    }

    private mutating func map(_ keyword: String) -> JSONObject {
        guard let value = object[keyword] else { return [:] }
        if let object = value.objectValue { return object }
        fail(keyword, "must be an object, is a \(value.typeName)")
        return [:]
    }

    private mutating func names(_ keyword: String, _ value: JSONValue?) -> [String] {
        guard let value else { return [] }
        let names = value.arrayValue?.compactMap(\.stringValue)
        if let names, names.count == value.arrayValue?.count { return names }
        fail(keyword, "must be an array of names")
        return []
    }

    private mutating func number(_ keyword: String) -> JSONValue? {
        guard let value = object[keyword] else { return nil }
        if DecimalNumber(value) != nil { return value }
        fail(keyword, "must be a number, is a \(value.typeName)")
        return nil
    }

    private mutating func count(_ keyword: String) -> Int? {
        guard let value = object[keyword] else { return nil }
        if let count = value.intValue, count >= 0 { return count }
        fail(keyword, "must be a whole number from 0")
        return nil
    }

    private mutating func bool(_ keyword: String) -> Bool? {
        guard let value = object[keyword] else { return nil }
        if let flag = value.boolValue { return flag }
        fail(keyword, "must be true or false, is a \(value.typeName)")
        return nil
    }

    /// The text under a keyword, if there is one.
    mutating func string(_ keyword: String) -> String? {
        guard let value = object[keyword] else { return nil }
        if let text = value.stringValue { return text }
        fail(keyword, "must be a string, is a \(value.typeName)")
        return nil
    }
}
