/// A compiled expression of the configuration's language, such as a condition.
///
/// It is compiled once, when the configuration is read, and evaluated many times. It has no effects and always ends.
/// `docs/expressions.md` describes the language.
///
/// ```swift
/// let isLarge = try Expression("order.total >= 100 && order.items.length > 0")
/// let scope = ExpressionScope(data: ["order": ["total": 120, "items": [1]]])
/// try isLarge.isTrue(in: scope)                                        // true
/// try Expression("order.total / 2").evaluate(in: scope)                // 60
/// ```
public struct Expression: Sendable {
    /// The longest text of an expression, in bytes.
    public static let maximumBytes = 16 * 1024
    /// The deepest nesting of brackets, conditionals and signs.
    public static let maximumDepth = 64

    /// The text that the expression was compiled from; of one within a template, the template.
    public let text: String
    let node: ExpressionNode

    /// Compiles an expression.
    ///
    /// - Parameters:
    ///   - text: The text, such as `total > 100`.
    ///   - roots: The names it may use; `nil` where the keys of the data, which are not known, can be named.
    /// - Throws: ``ExpressionParsingError``.
    public init(_ text: String, roots: Set<String>? = nil) throws(ExpressionParsingError) {
        self.text = text
        do throws(ExpressionSyntaxFailure) {
            var parser = try ExpressionParser(text, bytes: Array(text.utf8), roots: roots)
            if case .end = parser.token.kind { throw ExpressionSyntaxFailure("the expression is empty", at: 0) }
            node = try parser.parse()
            guard case .end = parser.token.kind else { throw parser.trailing() }
        } catch {
            throw ExpressionParsingError(error, in: text)
        }
    }

    init(_ node: ExpressionNode, in text: String) {
        self.node = node
        self.text = text
    }

    /// The value, when it depends on nothing.
    var constant: JSONValue? {
        if case .constant(let value) = node.kind { value } else { nil }
    }

    /// Evaluates the expression.
    ///
    /// - Parameters:
    ///   - scope: The values that it can name; other names are `null`.
    ///   - environment: Clock, identifiers and limits.
    /// - Returns: The value.
    /// - Throws: ``ExpressionEvaluationError``.
    public func evaluate(
        in scope: ExpressionScope, environment: ExpressionEnvironment = .default
    ) throws(ExpressionEvaluationError) -> JSONValue {
        var evaluator = ExpressionEvaluator(scope: scope, environment: environment)
        let value = try evaluate(with: &evaluator)
        if node.buildsValue { try evaluator.checkOutput(value) }
        return value
    }

    /// Evaluates the expression as a condition.
    ///
    /// - Parameters:
    ///   - scope: The values that it can name; other names are `null`.
    ///   - environment: Clock, identifiers and limits.
    /// - Returns: `false` if the value is `null`, `false`, zero or an empty string; otherwise `true`.
    /// - Throws: ``ExpressionEvaluationError``.
    public func isTrue(
        in scope: ExpressionScope, environment: ExpressionEnvironment = .default
    ) throws(ExpressionEvaluationError) -> Bool {
        var evaluator = ExpressionEvaluator(scope: scope, environment: environment)
        return try evaluate(with: &evaluator).isTruthy
    }

    /// Evaluates the expression with what is left of an evaluator's budget.
    func evaluate(with evaluator: inout ExpressionEvaluator) throws(ExpressionEvaluationError) -> JSONValue {
        evaluator.text = text
        do {
            return try evaluator.evaluate(node)
        } catch {
            throw ExpressionEvaluationError(error, in: text)
        }
    }
}
