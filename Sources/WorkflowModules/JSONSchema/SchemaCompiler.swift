import WorkflowCore

/// Turns documents into compiled schemas.
struct SchemaCompiler {
    private var index = SchemaIndex()
    private let options: JSONSchemaOptions
    private(set) var nodes: [SchemaNode] = []
    /// Whether the way that led to a schema matters.
    private(set) var hasDynamicReferences = false
    /// The schema that is compiled, and its keywords.
    var place: SchemaIndex.Place
    var object = JSONObject()
    private var patterns: [String: TextPattern] = [:]
    /// The places that are compiled, in this order, and their numbers.
    private var order: [Int] = []
    private var numbers: [Int: Int] = [:]

    /// Compiles a document with others that it may refer to.
    ///
    /// - Throws: ``JSONSchemaError`` with everything that is wrong.
    init(
        _ document: JSONSchema.Document, companions: [JSONSchema.Document], options: JSONSchemaOptions
    ) throws(JSONSchemaError) {
        self.options = options
        place = SchemaIndex.Place(document: 0, pointer: "", value: document.value, resource: 0)
        index.add(document.value, uris: document.uris)
        for companion in companions { index.add(companion.value, uris: companion.uris) }
        _ = node(for: 0)
        while nodes.count < order.count || requestAnchors() {
            place = index.places[order[nodes.count]]
            object = place.value.objectValue ?? [:]
            let rules = rules()
            let location = "\(index.documents[place.document])#\(place.pointer)"
            nodes.append(SchemaNode(location: location, resource: place.resource, rules: rules))
        }
        // What is wrong with companions that nothing leads to is told when they are compiled themselves.
        let documents = Set(order.map { index.places[$0].document })
        let issues = index.issues.filter { issue in documents.contains(issue.document) }.map(\.issue)
        guard issues.isEmpty else { throw JSONSchemaError(issues: issues) }
    }

    /// The number that a schema has when it is compiled; has it compiled.
    private mutating func node(for place: Int) -> Int {
        if let known = numbers[place] { return known }
        numbers[place] = order.count
        order.append(place)
        return order.count - 1
    }

    /// Has the schemas compiled that dynamic references may lead to; returns whether there are new ones.
    private mutating func requestAnchors() -> Bool {
        guard hasDynamicReferences else { return false }
        for resource in Set(nodes.map(\.resource)) {
            for target in index.resources[resource].dynamicAnchors.values { _ = node(for: target) }
        }
        return nodes.count < order.count
    }

    /// For each resource the schemas that its dynamic anchors name; empty when they do not matter.
    var dynamicAnchors: [[String: Int]] {
        guard hasDynamicReferences else { return [] }
        return index.resources.map { $0.dynamicAnchors.compactMapValues { numbers[$0] } }
    }

    /// The dialect of the schema that is compiled.
    var dialect: SchemaDialect { index.resources[place.resource].dialect }

    private mutating func rules() -> SchemaNode.Rules {
        var rules = SchemaNode.Rules()
        guard place.value.objectValue != nil else {
            rules.constant = place.value.boolValue
            if rules.constant == nil {
                index.fail(
                    place.document, place.pointer,
                    "a schema is an object, true or false, this is \(place.value.typeName)")
            }
            return rules
        }
        rules.reference = reference("$ref").map { node(for: $0) }
        if dialect == .draft7, object.contains("$ref") { return rules }
        rules.dynamicReference = dynamicReference()
        rules.types = types()
        rules.const = object["const"]
        rules.choices = choices()
        rules.number = numberRules()
        rules.text = textRules()
        rules.object = objectRules()
        rules.array = arrayRules()
        rules.logic = logicRules()
        if dialect != .draft7 {
            rules.unevaluatedProperties = child("unevaluatedProperties")
            rules.unevaluatedItems = child("unevaluatedItems")
        }
        return rules
    }

    private mutating func reference(_ keyword: String) -> Int? {
        guard let text = string(keyword) else { return nil }
        if let found = index.find(text, from: place) { return found }
        fail(keyword, "\"\(text)\" leads to no schema; other documents are not fetched")
        return nil
    }

    private mutating func dynamicReference() -> SchemaNode.DynamicReference? {
        let keyword = dialect == .draft2020 ? "$dynamicRef" : dialect == .draft2019 ? "$recursiveRef" : ""
        guard !keyword.isEmpty, object.contains(keyword), let target = reference(keyword) else { return nil }
        hasDynamicReferences = true
        let name = dialect == .draft2020 ? SchemaURI(string(keyword) ?? "").decodedFragment : ""
        let isDynamic = index.resources[index.places[target].resource].dynamicAnchors[name] == target
        return SchemaNode.DynamicReference(anchor: isDynamic ? name : "/", target: node(for: target))
    }

    private mutating func types() -> SchemaNode.Types? {
        guard let value = object["type"] else { return nil }
        let names = value.arrayValue ?? [value]
        var types: SchemaNode.Types = []
        for name in names {
            guard let type = name.stringValue.flatMap(SchemaNode.Types.init(name:)) else {
                fail("type", "must name types: null, boolean, integer, number, string, array or object")
                return nil
            }
            types.formUnion(type)
        }
        if names.isEmpty { fail("type", "must name at least one type") }
        return types
    }

    private mutating func choices() -> SchemaNode.Choices? {
        guard let value = object["enum"] else { return nil }
        guard let values = value.arrayValue else {
            fail("enum", "must be an array, is a \(value.typeName)")
            return nil
        }
        return values.count <= 8 ? .few(values) : .many(Set(values.map(ComparableJSON.init)))
    }

    /// The compiled form of a pattern, or `nil` after having told what is wrong with it.
    mutating func pattern(_ text: String, at pointer: String) -> TextPattern? {
        if let known = patterns[text] { return known }
        do {
            let pattern = try TextPattern(text)
            patterns[text] = pattern
            return pattern
        } catch {
            index.fail(place.document, "\(place.pointer)/\(pointer)", "\"\(text)\" is not a usable pattern: \(error)")
            return nil
        }
    }

    /// Whether formats are checked.
    var checksFormats: Bool { options.checksFormats }

    /// Records that something is wrong with a keyword.
    mutating func fail(_ keyword: String, _ message: String) {
        index.fail(place.document, "\(place.pointer)/\(keyword)", message)
    }

    /// The schema at a pointer below this one.
    mutating func child(at pointer: String) -> Int? {
        index.number(place.document, "\(place.pointer)/\(pointer)").map { node(for: $0) }
    }

    /// The schema under a keyword, if there is one.
    mutating func child(_ keyword: String) -> Int? {
        guard let value = object[keyword] else { return nil }
        if value.arrayValue != nil { fail(keyword, "must be a schema, is an array") }
        return child(at: keyword)
    }
}
