#if JavaScript
import WorkflowCore

extension ScriptContract {
    /// The types a contract may name.
    private static let types = ["string", "int", "bool", "float", "map", "slice", "any"]

    /// Reads the contract that a component declares. Keys may be written `requiredInputs` or `required_inputs`.
    ///
    /// - Throws: ``ScriptError`` `.contract`, which says what is wrong.
    init(declared: JSONValue) throws(ScriptError) {
        self.init()
        guard case .object(let object) = declared else {
            throw ScriptError(.contract, "contract must be an object, not \(declared.typeName)")
        }
        let sections: [(key: String, path: WritableKeyPath<ScriptContract, [String: Value]>)] = [
            ("requiredInputs", \.requiredInputs), ("required_inputs", \.requiredInputs),
            ("optionalInputs", \.optionalInputs), ("optional_inputs", \.optionalInputs),
            ("outputs", \.outputs),
        ]
        for key in object.keys where !sections.contains(where: { $0.key == key }) {
            throw ScriptError(
                .contract, "contract.\(key) is not known; it may have requiredInputs, optionalInputs and outputs")
        }
        for section in sections {
            guard let declared = object[section.key] else { continue }
            self[keyPath: section.path] = try Self.values(declared, "contract.\(section.key)")
        }
    }

    private static func values(_ declared: JSONValue, _ path: String) throws(ScriptError) -> [String: Value] {
        guard case .object(let object) = declared else {
            throw ScriptError(.contract, "\(path) must be an object, not \(declared.typeName)")
        }
        var values: [String: Value] = [:]
        for name in object.keys {
            guard let field = object[name] else { continue }
            values[name] = try value(field, "\(path).\(name)")
        }
        return values
    }

    private static func value(_ declared: JSONValue, _ path: String) throws(ScriptError) -> Value {
        // `name: "string"` is short for `name: {type: "string"}`.
        let type = declared.stringValue ?? declared["type"]?.stringValue ?? (declared["type"] == nil ? "any" : "")
        guard types.contains(type) else {
            throw ScriptError(.contract, "\(path).type must be one of \(types.joined(separator: ", "))")
        }
        guard declared.stringValue != nil || declared.objectValue != nil else {
            throw ScriptError(.contract, "\(path) must be an object, not \(declared.typeName)")
        }
        let value = Value(
            type: type, description: declared["description"]?.stringValue ?? "", defaultValue: declared["default"])
        if let defaultValue = value.defaultValue, !defaultValue.isNull, !value.accepts(defaultValue) {
            throw ScriptError(.contract, "\(path).default must be of type \(type), not \(defaultValue.typeName)")
        }
        return value
    }
}
#endif
