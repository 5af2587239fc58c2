/// A compiled JSON value whose strings, however deep, are templates; keys are left as they are.
///
/// ```swift
/// let template = try JSONTemplate(["id": "${order.id}", "tags": ["new", "vip-${order.level}"]])
/// try template.render(in: scope)     // {"id": 7, "tags": ["new", "vip-2"]}
/// ```
public struct JSONTemplate: Sendable {
    private indirect enum Node: Sendable {
        case constant(JSONValue)
        case template(ExpressionTemplate)
        /// The elements with `null` in the place of those that depend on something, and those.
        case array([JSONValue], [(index: Int, node: Node)])
        /// The keys with `null` in the place of values that depend on something, and those.
        case object(JSONObject, [(key: String, node: Node)])
    }

    private let root: Node

    /// Compiles a template.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - roots: The names its expressions may use; `nil` where the keys of the data, which are not known, can be named.
    /// - Throws: ``ExpressionParsingError``, with the path of the string.
    public init(_ value: JSONValue, roots: Set<String>? = nil) throws(ExpressionParsingError) {
        root = try Self.compile(value, roots)
    }

    /// Computes the value.
    ///
    /// - Parameters:
    ///   - scope: The values that the expressions can name; other names are `null`.
    ///   - environment: Clock, identifiers and limits, which hold for the value as a whole.
    /// - Returns: The value with its templates rendered.
    /// - Throws: ``ExpressionEvaluationError``, with the path of the string.
    public func render(
        in scope: ExpressionScope, environment: ExpressionEnvironment = .default
    ) throws(ExpressionEvaluationError) -> JSONValue {
        if case .constant(let value) = root { return value }
        var evaluator = ExpressionEvaluator(scope: scope, environment: environment)
        let value = try Self.render(root, with: &evaluator)
        try evaluator.checkOutput(value)
        return value
    }

    private static func compile(_ value: JSONValue, _ roots: Set<String>?) throws(ExpressionParsingError) -> Node {
        switch value {
        case .string(let text):
            let template = try ExpressionTemplate(text, roots: roots)
            return template.constant.map { .constant($0) } ?? .template(template)
        case .array(var elements):
            var dynamic: [(index: Int, node: Node)] = []
            for (index, element) in elements.enumerated() {
                let node = try compile(element, roots, at: "[\(index)]")
                if case .constant(let value) = node {
                    elements[index] = value
                } else {
                    elements[index] = .null
                    dynamic.append((index, node))
                }
            }
            return dynamic.isEmpty ? .constant(.array(elements)) : .array(elements, dynamic)
        case .object(var object):
            var dynamic: [(key: String, node: Node)] = []
            for (key, value) in object {
                let node = try compile(value, roots, at: key)
                if case .constant(let value) = node {
                    object[key] = value
                } else {
                    object[key] = .null
                    dynamic.append((key, node))
                }
            }
            return dynamic.isEmpty ? .constant(.object(object)) : .object(object, dynamic)
        default:
            return .constant(value)
        }
    }

    private static func compile(
        _ value: JSONValue, _ roots: Set<String>?, at step: String
    ) throws(ExpressionParsingError) -> Node {
        do {
            return try compile(value, roots)
        } catch {
            var error = error
            error.path = path(step, error.path)
            throw error
        }
    }

    private static func render(
        _ node: Node, with evaluator: inout ExpressionEvaluator
    ) throws(ExpressionEvaluationError) -> JSONValue {
        switch node {
        case .constant(let value): return value
        case .template(let template): return try template.render(with: &evaluator)
        case .array(var elements, let dynamic):
            for (index, node) in dynamic { elements[index] = try render(node, with: &evaluator, at: "[\(index)]") }
            return .array(elements)
        case .object(var object, let dynamic):
            for (key, node) in dynamic { object[key] = try render(node, with: &evaluator, at: key) }
            return .object(object)
        }
    }

    private static func render(
        _ node: Node, with evaluator: inout ExpressionEvaluator, at step: @autoclosure () -> String
    ) throws(ExpressionEvaluationError) -> JSONValue {
        do {
            return try render(node, with: &evaluator)
        } catch {
            var error = error
            error.path = path(step(), error.path)
            throw error
        }
    }

    private static func path(_ step: String, _ rest: String) -> String {
        rest.isEmpty || rest.hasPrefix("[") ? step + rest : "\(step).\(rest)"
    }
}
