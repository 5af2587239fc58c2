import WorkflowCore

/// A text of a test with `${…}` in it.
struct TextTemplate: ConfigurationValue {
    private let template: ExpressionTemplate?
    /// What stands in the file.
    let text: String

    /// A text without templates.
    init(_ text: String) {
        self.text = text
        template = nil
    }

    static var schema: ConfigurationSchema { .string }
    var configurationValue: JSONValue? { text.isEmpty ? nil : .string(text) }

    init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let text = decoder.decode(String.self, from: node) else { return nil }
        self.text = text
        do {
            template = text.contains("${") ? try ExpressionTemplate(text) : nil
        } catch {
            decoder.fail(
                node, "\(error.message) (\(error.position) of the expression)", suggestion: error.suggestion)
            return nil
        }
    }

    /// The text with the values of its expressions.
    ///
    /// - Throws: ``ExpressionEvaluationError``.
    func render(in scope: TestScope) throws -> String {
        guard let template else { return text }
        let value = try template.render(in: scope.values, environment: scope.environment)
        return value.stringValue ?? (value.isNull ? "" : value.jsonString())
    }
}

/// An expression of a test with its place.
struct LocatedExpression: ConfigurationValue {
    let expression: Expression
    let location: SourceLocation

    static var schema: ConfigurationSchema { .string }
    var configurationValue: JSONValue? { .string(expression.text) }

    init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        var plain = node
        if let text = node.text, let inner = Matcher.predicate(in: text) { plain.content = .scalar(.string(inner)) }
        guard let expression = decoder.decode(Expression.self, from: plain) else { return nil }
        self.expression = expression
        location = node.location
    }
}

/// What expressions of a test can name, and the clock that they read.
struct TestScope: Sendable {
    var values: ExpressionScope
    let environment: ExpressionEnvironment

    /// The scope with further names.
    func adding(_ names: JSONObject) -> TestScope {
        var scope = self
        scope.values.roots.merge(names)
        return scope
    }
}
