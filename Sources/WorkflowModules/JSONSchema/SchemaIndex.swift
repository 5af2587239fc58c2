import WorkflowCore

/// Where all schemas, resources and anchors of some documents are.
struct SchemaIndex {
    /// A schema within a document.
    struct Place {
        let document: Int
        let pointer: String
        let value: JSONValue
        let resource: Int
    }

    /// What has a URI of its own: a document, or a schema with `$id`.
    struct Resource {
        let uri: String
        let document: Int
        let pointer: String
        let value: JSONValue
        let dialect: SchemaDialect
        /// The schemas that `$anchor` and `$dynamicAnchor` name.
        var anchors: [String: Int] = [:]
        /// The schemas that `$dynamicAnchor` names; under the empty name one with `$recursiveAnchor`.
        var dynamicAnchors: [String: Int] = [:]
    }

    /// How deep schemas may be nested.
    static let deepestSchema = 200

    private(set) var places: [Place] = []
    private(set) var resources: [Resource] = []
    private(set) var issues: [(document: Int, issue: JSONSchemaError.Issue)] = []
    private var numbers: [Int: [String: Int]] = [:]
    private var resourcesByURI: [String: Int] = [:]
    /// The URIs of the documents.
    private(set) var documents: [String] = []

    /// Adds a document.
    ///
    /// - Parameters:
    ///   - value: The document.
    ///   - uris: How references may call it; the first one is its base.
    mutating func add(_ value: JSONValue, uris: [String]) {
        let document = documents.count
        documents.append(SchemaURI(uris.first ?? "").withoutFragment)
        let resource = addResource(documents[document], value, document, "", dialect: .draft2020)
        for uri in uris.dropFirst() { name(resource, SchemaURI(uri).withoutFragment, document, "") }
        scan(value, document, "", resource, depth: 0)
    }

    /// Records that something is wrong.
    mutating func fail(_ document: Int, _ pointer: String, _ message: String) {
        let issue = JSONSchemaError.Issue(document: documents[document], pointer: pointer, message: message)
        issues.append((document, issue))
    }

    /// The schema at a place, if one is known there.
    func number(_ document: Int, _ pointer: String) -> Int? { numbers[document]?[pointer] }

    /// The schema that a reference leads to; `nil` when there is none.
    mutating func find(_ reference: String, from place: Place) -> Int? {
        let uri = SchemaURI(reference).resolved(from: SchemaURI(resources[place.resource].uri))
        guard let number = resourcesByURI[uri.withoutFragment] else { return nil }
        let resource = resources[number]
        let fragment = uri.decodedFragment
        if fragment.isEmpty { return self.number(resource.document, resource.pointer) }
        guard fragment.hasPrefix("/") else { return resource.anchors[fragment] }
        return find(pointer: fragment, in: resource, number)
    }

    private mutating func find(pointer: String, in resource: Resource, _ number: Int) -> Int? {
        let whole = resource.pointer + pointer
        if let known = self.number(resource.document, whole) { return known }
        // A schema under a key that is no keyword: it belongs to the nearest resource on the way.
        guard let tokens = JSONPointer.tokens(of: pointer) else { return nil }
        var (value, path, owner) = (resource.value, resource.pointer, number)
        for token in tokens {
            let next: JSONValue? =
                if case .array = value { Int(token).flatMap { value[$0] } } else { value[token] }
            guard let next else { return nil }
            path = JSONPointer.append(token, to: path)
            value = next
            if let place = self.number(resource.document, path) { owner = places[place].resource }
        }
        guard value.objectValue != nil || value.boolValue != nil else { return nil }
        scan(value, resource.document, path, owner, depth: 0)
        return self.number(resource.document, path)
    }

    private mutating func scan(_ value: JSONValue, _ document: Int, _ pointer: String, _ owner: Int, depth: Int) {
        guard depth <= Self.deepestSchema else { return fail(document, pointer, "schemas are nested too deep") }
        guard number(document, pointer) == nil else { return }
        let number = places.count
        numbers[document, default: [:]][pointer] = number
        guard let object = value.objectValue else {
            places.append(Place(document: document, pointer: pointer, value: value, resource: owner))
            return
        }
        let resource = resource(of: object, value, document, pointer, owner)
        places.append(Place(document: document, pointer: pointer, value: value, resource: resource))
        let dialect = resources[resource].dialect
        let isReferenceOnly = dialect == .draft7 && object.contains("$ref")
        if !isReferenceOnly { noteAnchors(object, number, document, pointer, resource) }
        for keyword in dialect.schemaKeywords {
            guard let child = object[keyword], child.arrayValue == nil else { continue }
            scan(child, document, "\(pointer)/\(keyword)", resource, depth: depth + 1)
        }
        for keyword in dialect.listKeywords {
            for (index, child) in (object[keyword]?.arrayValue ?? []).enumerated() {
                scan(child, document, "\(pointer)/\(keyword)/\(index)", resource, depth: depth + 1)
            }
        }
        for keyword in dialect.mapKeywords {
            for (key, child) in object[keyword]?.objectValue ?? [:] where child.arrayValue == nil {
                let path = JSONPointer.append(key, to: "\(pointer)/\(keyword)")
                scan(child, document, path, resource, depth: depth + 1)
            }
        }
    }

    private mutating func resource(
        of object: JSONObject, _ value: JSONValue, _ document: Int, _ pointer: String, _ owner: Int
    ) -> Int {
        let before = resources[owner].dialect
        var dialect = before
        if let named = object["$schema"], pointer.isEmpty || object.contains("$id") {
            if let known = named.stringValue.flatMap(SchemaDialect.init(uri:)) {
                dialect = known
            } else {
                fail(
                    document, "\(pointer)/$schema",
                    "this version of JSON Schema is not supported; use 2020-12, 2019-09 or draft 7")
            }
        }
        var uri: SchemaURI?
        if let id = object["$id"], !(dialect == .draft7 && object.contains("$ref")) {
            guard let text = id.stringValue else {
                fail(document, "\(pointer)/$id", "must be a URI, is a \(id.typeName)")
                return owner
            }
            let parsed = SchemaURI(text)
            if parsed.fragment?.isEmpty ?? true {
                uri = parsed.resolved(from: SchemaURI(resources[owner].uri))
            } else if dialect != .draft7 {
                fail(document, "\(pointer)/$id", "must not have a fragment; use $anchor")
            }
        }
        if let uri { return addResource(uri.withoutFragment, value, document, pointer, dialect: dialect) }
        guard dialect != before else { return owner }
        resources[owner] = Resource(
            uri: resources[owner].uri, document: document, pointer: pointer, value: value, dialect: dialect)
        return owner
    }

    private mutating func addResource(
        _ uri: String, _ value: JSONValue, _ document: Int, _ pointer: String, dialect: SchemaDialect
    ) -> Int {
        resources.append(
            Resource(uri: uri, document: document, pointer: pointer, value: value, dialect: dialect))
        // Only the document that is compiled may have no name.
        if document == 0 || !uri.isEmpty { name(resources.count - 1, uri, document, pointer) }
        return resources.count - 1
    }

    private mutating func name(_ resource: Int, _ uri: String, _ document: Int, _ pointer: String) {
        if let other = resourcesByURI[uri], resources[other].document != document || resources[other].pointer != pointer
        {
            // A relative name, such as that of a companion, gives way to nothing: both would mean the same.
            fail(document, pointer, "there is another schema with the URI \"\(uri)\"")
        } else {
            resourcesByURI[uri] = resource
        }
    }

    private mutating func noteAnchors(
        _ object: JSONObject, _ number: Int, _ document: Int, _ pointer: String, _ resource: Int
    ) {
        let dialect = resources[resource].dialect
        func text(_ keyword: String) -> String? { object[keyword]?.stringValue }
        var found: [(keyword: String, name: String, isDynamic: Bool)] = []
        if dialect == .draft7 {
            if let id = text("$id"), let fragment = SchemaURI(id).fragment, !fragment.isEmpty {
                found.append(("$id", String(fragment), false))
            }
        } else {
            if let name = text("$anchor") { found.append(("$anchor", name, false)) }
            if dialect == .draft2020, let name = text("$dynamicAnchor") { found.append(("$dynamicAnchor", name, true)) }
        }
        for (keyword, name, isDynamic) in found {
            if resources[resource].anchors.updateValue(number, forKey: name) != nil {
                fail(document, "\(pointer)/\(keyword)", "there is another schema with the anchor \"\(name)\"")
            }
            if isDynamic { resources[resource].dynamicAnchors[name] = number }
        }
        if dialect == .draft2019, object["$recursiveAnchor"] == true, pointer == resources[resource].pointer {
            resources[resource].dynamicAnchors[""] = number
        }
    }
}
