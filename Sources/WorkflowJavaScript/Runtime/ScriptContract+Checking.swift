#if JavaScript
import WorkflowCore

extension ScriptContract {
    /// Puts defaults where inputs are absent, and checks the rest. `null` counts as absent.
    ///
    /// - Throws: ``ScriptError`` `.invalidInput`, which names every input that is missing or has the wrong type.
    func completing(_ input: JSONValue) throws(ScriptError) -> JSONValue {
        guard !requiredInputs.isEmpty || !optionalInputs.isEmpty else { return input }
        guard case .object(var object) = input.isNull ? .object(JSONObject()) : input else {
            throw ScriptError(.invalidInput, "the input must be an object, not \(input.typeName)")
        }
        var problems: [String] = []
        for (inputs, isRequired) in [(requiredInputs, true), (optionalInputs, false)] {
            for (name, value) in inputs {
                if let given = object[name], !given.isNull {
                    if !value.accepts(given) {
                        problems.append("input \(name) must be of type \(value.type), not \(given.typeName)")
                    }
                } else if let defaultValue = value.defaultValue {
                    object[name] = defaultValue
                } else if isRequired {
                    problems.append("input \(name) of type \(value.type) is missing")
                }
            }
        }
        guard problems.isEmpty else {
            throw ScriptError(.invalidInput, problems.sorted().joined(separator: "; "))
        }
        return .object(object)
    }
}

extension ScriptContract.Value {
    /// Whether a value has the declared type.
    func accepts(_ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("any", _), ("string", .string), ("bool", .bool), ("map", .object), ("slice", .array): true
        case ("float", .integer), ("float", .double), ("float", .decimal), ("int", .integer): true
        case ("int", .double(let number)): number.rounded(.towardZero) == number && number.isFinite
        default: false
        }
    }
}
#endif
