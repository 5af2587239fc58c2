import WorkflowCore

/// One check of a value.
///
/// Without ``isCollecting`` it stops at the first violation and allocates nothing in the usual case.
struct SchemaEvaluator {
    /// One step into the value.
    enum Step {
        case key(String)
        case index(Int)
    }

    let schema: JSONSchema
    /// Whether violations are wanted, and not only the answer.
    var isCollecting: Bool
    private(set) var violations: [JSONSchemaViolation] = []
    /// Where in the value the check is; kept only for violations.
    private var path: [Step] = []
    private var depth = 0
    /// How many steps may still be made; negative when they did not suffice.
    var budget: Int
    private var isTooDeep = false
    /// The resources on the way to the current schema.
    private var scopes: [Int] = []

    init(_ schema: JSONSchema, isCollecting: Bool) {
        self.schema = schema
        self.isCollecting = isCollecting
        budget = schema.options.maximumSteps
    }

    /// Checks a value; without an end, such as for a schema that refers to itself, the answer is no.
    mutating func check(_ value: JSONValue) -> Bool {
        var members = EvaluatedMembers(isTracking: false)
        let isValid = evaluate(0, value, &members)
        return isValid && !isExhausted
    }

    /// Why the check was given up; `nil` when it was not.
    var exhaustion: JSONSchemaViolation? {
        guard isExhausted else { return nil }
        let message =
            isTooDeep ? "is nested too deep, or the schema refers to itself without end" : "takes too long to check"
        return JSONSchemaViolation(path: "", message: message, schemaLocation: schema.nodes[0].location)
    }

    private var isExhausted: Bool { isTooDeep || budget < 0 }

    /// Checks a value against a schema.
    ///
    /// - Parameters:
    ///   - number: The schema.
    ///   - value: The value.
    ///   - members: Gets what the schema has looked at.
    mutating func evaluate(_ number: Int, _ value: JSONValue, _ members: inout EvaluatedMembers) -> Bool {
        let node = schema.nodes[number]
        if let constant = node.constant {
            return constant || fail(node, "", "nothing is allowed here")
        }
        budget -= 1
        if depth >= schema.options.maximumDepth { isTooDeep = true }
        guard !isExhausted else { return false }
        depth += 1
        defer { depth -= 1 }
        guard !schema.dynamicAnchors.isEmpty, scopes.last != node.resource else {
            return evaluate(node, value, &members)
        }
        scopes.append(node.resource)
        defer { scopes.removeLast() }
        return evaluate(node, value, &members)
    }

    private mutating func evaluate(_ node: SchemaNode, _ value: JSONValue, _ members: inout EvaluatedMembers) -> Bool {
        guard node.rules.hasUnevaluated else { return apply(node, value, &members) }
        // Such a schema sees what it has looked at itself, and not what others around it have.
        var own = EvaluatedMembers(isTracking: true)
        let isValid = apply(node, value, &own) && checkUnevaluated(node, value, node.rules, &own)
        members.formUnion(own)
        return isValid
    }

    private mutating func apply(_ node: SchemaNode, _ value: JSONValue, _ members: inout EvaluatedMembers) -> Bool {
        var isValid = true
        if let target = node.rules.reference, !evaluate(target, value, &members) { isValid = false }
        guard isValid || isCollecting else { return false }
        if let reference = node.rules.dynamicReference, !evaluate(target(of: reference), value, &members) {
            isValid = false
        }
        guard isValid || isCollecting else { return false }
        if !checkKind(node, value, node.rules) { isValid = false }
        guard isValid || isCollecting else { return false }
        let hasPassed =
            switch value {
            case .integer, .double, .decimal: node.rules.number.map { check(node, value, $0) } ?? true
            case .string(let text): node.rules.text.map { check(node, text, $0) } ?? true
            case .array(let elements): node.rules.array.map { check(node, elements, $0, &members) } ?? true
            case .object(let object): node.rules.object.map { check(node, object, value, $0, &members) } ?? true
            case .null, .bool: true
            }
        if !hasPassed { isValid = false }
        guard isValid || isCollecting else { return false }
        if let logic = node.rules.logic, !check(node, value, logic, &members) { isValid = false }
        return isValid
    }

    private func target(of reference: SchemaNode.DynamicReference) -> Int {
        for scope in scopes {
            if let target = schema.dynamicAnchors[scope][reference.anchor] { return target }
        }
        return reference.target
    }

    /// Checks against a schema without telling of violations.
    mutating func probe(_ number: Int, _ value: JSONValue, _ members: inout EvaluatedMembers) -> Bool {
        let wasCollecting = isCollecting
        isCollecting = false
        defer { isCollecting = wasCollecting }
        return evaluate(number, value, &members)
    }

    /// Checks a part of the value against a schema.
    mutating func descend(_ number: Int, _ value: JSONValue, _ step: @autoclosure () -> Step) -> Bool {
        var members = EvaluatedMembers(isTracking: false)
        guard isCollecting else { return evaluate(number, value, &members) }
        path.append(step())
        defer { path.removeLast() }
        return evaluate(number, value, &members)
    }

    private static let longestPointer = 1000

    /// Notes a violation of a keyword; returns `false`.
    mutating func fail(_ node: SchemaNode, _ keyword: String, _ message: @autoclosure () -> String) -> Bool {
        guard isCollecting, violations.count < schema.options.maximumViolations else { return false }
        var pointer = path.reduce(into: "") { pointer, step in
            switch step {
            case .key(let key): pointer = JSONPointer.append(key, to: pointer)
            case .index(let index): pointer += "/\(index)"
            }
        }
        // Where a client has chosen long names, the answer must not grow with each violation.
        if pointer.utf8.count > Self.longestPointer {
            pointer = String(pointer.prefix(Self.longestPointer)) + "…"
        }
        budget -= pointer.utf8.count / 64
        let location = keyword.isEmpty ? node.location : "\(node.location)/\(keyword)"
        violations.append(
            JSONSchemaViolation(path: pointer, message: String(message().prefix(300)), schemaLocation: location))
        return false
    }
}
