import WorkflowCore

/// One change of a value.
enum TransformOperation: Sendable {
    /// The part at a path.
    case extract(path: String)
    /// The object with some keys renamed.
    case rename([String: String])
    /// The object with only some of its keys.
    case filter(Set<String>)
    /// The value as JSON text.
    case writeJSON
    /// The value that a JSON text stands for.
    case readJSON
    /// The value as it is.
    case keep
    /// The object with some keys set.
    case set(JSONTemplate)
    /// What a template gives.
    case template(JSONTemplate)
    /// What an expression gives.
    case expression(Expression)

    /// Applies the operation.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - call: What the value came with.
    ///   - environment: What expressions take from the engine.
    /// - Returns: The changed value.
    /// - Throws: ``WorkflowError`` or ``ExpressionEvaluationError``; neither tells anything of the value but its type.
    func apply(to value: JSONValue, of call: ModuleCall, in environment: ExpressionEnvironment) throws -> JSONValue {
        switch self {
        case .extract(let path):
            guard let part = value.value(at: path) else {
                throw WorkflowError(.invalidInput, "the data has nothing at \"\(path)\"")
            }
            return part
        case .rename(let names): return .object(Self.rename(try Self.object(value), names))
        case .filter(let names):
            let kept = try Self.object(value).filter { names.contains($0.key) }
            return .object(JSONObject(kept.map { ($0.key, $0.value) }))
        case .writeJSON: return .string(value.jsonString())
        case .readJSON:
            guard let text = value.stringValue else { throw Self.wrongType(value, expected: "a string") }
            guard let parsed = try? JSONValue(parsing: text) else {
                throw WorkflowError(.invalidInput, "the text is not valid JSON")
            }
            return parsed
        case .keep: return value
        case .set(let template):
            let object = value.isNull ? [:] : try Self.object(value)
            let keys = try template.render(in: call.scope(of: value), environment: environment)
            return .object(object.merging(keys.objectValue ?? [:]))
        case .template(let template): return try template.render(in: call.scope(of: value), environment: environment)
        case .expression(let expression):
            return try expression.evaluate(in: call.scope(of: value), environment: environment)
        }
    }

    /// Renames keys where they stand, all at once, so that two can change places. A renamed key replaces one that was
    /// there before.
    private static func rename(_ object: JSONObject, _ names: [String: String]) -> JSONObject {
        var renamed = JSONObject(object.map { (names[$0.key] ?? $0.key, $0.value) })
        for (key, value) in object {
            if let name = names[key] { renamed[name] = value }
        }
        return renamed
    }

    private static func object(_ value: JSONValue) throws -> JSONObject {
        guard let object = value.objectValue else { throw wrongType(value, expected: "an object") }
        return object
    }

    private static func wrongType(_ value: JSONValue, expected: String) -> WorkflowError {
        WorkflowError(.invalidInput, "the data must be \(expected), is \(value.typeName)")
    }
}

/// Operations that are applied one after the other.
struct TransformPipeline: Sendable {
    /// The operations with the keys of the configuration that name them.
    let operations: [(key: String, operation: TransformOperation)]

    /// Applies the operations.
    ///
    /// - Throws: ``WorkflowError`` that tells which operation failed.
    func apply(to value: JSONValue, of call: ModuleCall, in environment: ExpressionEnvironment) throws -> JSONValue {
        var value = value
        for (index, (key, operation)) in operations.enumerated() {
            do {
                value = try operation.apply(to: value, of: call, in: environment)
            } catch {
                throw WorkflowError(.stepFailed, "Operation \(index + 1) (\(key)) failed", cause: error)
            }
        }
        return value
    }
}
