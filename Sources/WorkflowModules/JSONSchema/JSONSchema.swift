public import WorkflowCore

/// A compiled JSON Schema (2020-12, and 2019-09 or draft 7 when `$schema` says so).
///
/// ```swift
/// let schema = try JSONSchema(["required": ["id"], "properties": ["id": ["type": "integer"]]])
/// schema.isValid(["id": 7])               // true
/// schema.violations(in: ["id": "seven"])  // /id: must be a whole number, is a string
/// ```
/// Numbers are compared exactly and by value, so that 1 is 1.0. Nothing is fetched: references lead into the document
/// or its companions. Patterns are those of ECMA-262 with the flag `u`, without back references and scripts, and are
/// matched in bounded time.
public struct JSONSchema: Sendable {
    /// Another document that a schema may refer to.
    public struct Document: Sendable {
        /// The schema.
        public var value: JSONValue
        /// How references may call it, besides its `$id`; the first one is its base.
        public var uris: [String]

        /// Creates a document.
        public init(_ value: JSONValue, uris: [String]) {
            self.value = value
            self.uris = uris
        }
    }

    /// How values are checked.
    public let options: JSONSchemaOptions
    let nodes: [SchemaNode]
    /// For each resource the schemas that its dynamic anchors name; empty when they do not matter.
    let dynamicAnchors: [[String: Int]]

    /// Compiles a schema.
    ///
    /// - Parameters:
    ///   - value: The schema: an object, or `true` or `false`.
    ///   - uri: Its URI, from which relative references start; a `$id` wins.
    ///   - companions: Other documents that it may refer to.
    ///   - options: How values are checked.
    /// - Throws: ``JSONSchemaError`` with everything that is wrong, references that lead nowhere among it.
    public init(
        _ value: JSONValue, uri: String = "", companions: [Document] = [],
        options: JSONSchemaOptions = JSONSchemaOptions()
    ) throws(JSONSchemaError) {
        try self.init(Document(value, uris: [uri]), companions: companions, options: options)
    }

    /// Compiles a schema that has several names.
    init(_ document: Document, companions: [Document], options: JSONSchemaOptions) throws(JSONSchemaError) {
        let compiler = try SchemaCompiler(document, companions: companions, options: options)
        self.options = options
        nodes = compiler.nodes
        dynamicAnchors = compiler.dynamicAnchors
    }

    /// Whether a value satisfies the schema; quicker than ``violations(in:)``.
    public func isValid(_ value: JSONValue) -> Bool {
        var evaluator = SchemaEvaluator(self, isCollecting: false)
        return evaluator.check(value)
    }

    /// How a value does not satisfy the schema; empty when it does.
    ///
    /// The list ends after ``JSONSchemaOptions/maximumViolations``.
    public func violations(in value: JSONValue) -> [JSONSchemaViolation] {
        var first = SchemaEvaluator(self, isCollecting: false)
        if first.check(value) { return [] }
        if let exhaustion = first.exhaustion { return [exhaustion] }
        var second = SchemaEvaluator(self, isCollecting: true)
        _ = second.check(value)
        return second.exhaustion.map { [$0] } ?? second.violations
    }
}
