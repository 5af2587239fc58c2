/// A compiled text with `${…}` in it, each of which stands for the value of an expression.
///
/// A text that is one `${…}` and nothing else has the value of the expression, whatever its type. In other texts, the
/// values become text: strings as they are, `null` as nothing, everything else as JSON. `$${` stands for `${`.
///
/// ```swift
/// let scope = ExpressionScope(data: ["order": ["id": 7, "total": 120]])
/// try ExpressionTemplate("${order.total}").render(in: scope)          // 120
/// try ExpressionTemplate("order-${order.id}").render(in: scope)       // "order-7"
/// ```
public struct ExpressionTemplate: Sendable {
    private enum Part: Sendable {
        case text(String)
        case expression(Expression)

        /// The text, when it depends on nothing.
        var constantText: String? {
            switch self {
            case .text(let text): text
            case .expression(let expression): expression.constant?.templateText
            }
        }
    }

    private enum Content: Sendable {
        case constant(JSONValue)
        case expression(Expression)
        case parts([Part])
    }

    private let content: Content

    /// Compiles a template.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - roots: The names its expressions may use; `nil` where the keys of the data, which are not known, can be named.
    /// - Throws: ``ExpressionParsingError``.
    public init(_ text: String, roots: Set<String>? = nil) throws(ExpressionParsingError) {
        do {
            content = Self.content(of: try Self.parts(of: text, roots: roots))
        } catch {
            throw ExpressionParsingError(error, in: text)
        }
    }

    /// The value, when it depends on nothing.
    var constant: JSONValue? {
        if case .constant(let value) = content { value } else { nil }
    }

    /// Computes the value.
    ///
    /// - Parameters:
    ///   - scope: The values that the expressions can name; other names are `null`.
    ///   - environment: Clock, identifiers and limits.
    /// - Returns: The value of the only expression, or a string.
    /// - Throws: ``ExpressionEvaluationError``.
    public func render(
        in scope: ExpressionScope, environment: ExpressionEnvironment = .default
    ) throws(ExpressionEvaluationError) -> JSONValue {
        switch content {
        case .constant(let value): return value
        case .expression(let expression): return try expression.evaluate(in: scope, environment: environment)
        case .parts:
            var evaluator = ExpressionEvaluator(scope: scope, environment: environment)
            return try render(with: &evaluator)
        }
    }

    /// Computes the value with what is left of an evaluator's budget.
    func render(with evaluator: inout ExpressionEvaluator) throws(ExpressionEvaluationError) -> JSONValue {
        switch content {
        case .constant(let value): return value
        case .expression(let expression): return try expression.evaluate(with: &evaluator)
        case .parts(let parts):
            var result = ""
            for part in parts {
                switch part {
                case .text(let text): result += text
                case .expression(let expression): result += try expression.text(with: &evaluator)
                }
            }
            return .string(result)
        }
    }

    private static func content(of parts: [Part]) -> Content {
        if parts.count == 1, case .expression(let expression) = parts[0] {
            return expression.constant.map { .constant($0) } ?? .expression(expression)
        }
        var merged: [Part] = []
        for part in parts {
            guard let text = part.constantText else {
                merged.append(part)
                continue
            }
            if case .text(let before) = merged.last {
                merged[merged.count - 1] = .text(before + text)
            } else {
                merged.append(.text(text))
            }
        }
        switch (merged.first, merged.count) {
        case (nil, _): return .constant("")
        case (.text(let text), 1): return .constant(.string(text))
        default: return .parts(merged)
        }
    }

    private static func parts(of text: String, roots: Set<String>?) throws(ExpressionSyntaxFailure) -> [Part] {
        let bytes = Array(text.utf8)
        var parts: [Part] = []
        var literal: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let rest = bytes[position...]
            if rest.starts(with: "$${".utf8) {
                literal += "${".utf8
                position += 3
            } else if rest.starts(with: "${".utf8) {
                if !literal.isEmpty { parts.append(.text(String(decoding: literal, as: UTF8.self))) }
                literal = []
                var parser = try ExpressionParser(text, bytes: bytes, from: position + 2, roots: roots)
                if parser.token.kind == .symbol("}") {
                    throw ExpressionSyntaxFailure("the expression is empty", at: position, "for a literal ${ write $${")
                }
                let node = try parser.parse()
                guard parser.token.kind == .symbol("}") else { throw parser.unclosedTemplate(from: position) }
                parts.append(.expression(Expression(node, in: text)))
                position = Int(parser.token.span.end)
            } else {
                literal.append(bytes[position])
                position += 1
            }
        }
        if !literal.isEmpty { parts.append(.text(String(decoding: literal, as: UTF8.self))) }
        return parts
    }
}

extension ExpressionParser {
    /// The failure for an expression within text that ends with something else than a brace.
    fileprivate func unclosedTemplate(from start: Int) -> ExpressionSyntaxFailure {
        guard case .end = token.kind else { return trailing() }
        return ExpressionSyntaxFailure("the \"${\" that begins here does not end", at: start, "close it with }")
    }
}

extension Expression {
    /// Evaluates the expression with what is left of a budget, and turns the value into text.
    fileprivate func text(with evaluator: inout ExpressionEvaluator) throws(ExpressionEvaluationError) -> String {
        let value = try evaluate(with: &evaluator)
        do {
            return try evaluator.text(of: value, at: node.span)
        } catch {
            throw ExpressionEvaluationError(error, in: text)
        }
    }
}
