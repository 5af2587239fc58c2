import WorkflowCore

/// The arguments of a call from a script.
struct HostArguments {
    let function: String
    let values: [JSONValue]

    /// The argument at a position; `null` when it is missing.
    func value(_ index: Int) -> JSONValue {
        values.indices.contains(index) ? values[index] : .null
    }

    /// A text that is not empty.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` for anything else.
    func text(_ index: Int, _ what: String) throws -> String {
        guard let text = value(index).stringValue, !text.isEmpty else {
            throw WorkflowError(.invalidInput, "\(function): \(what) must be text that is not empty.")
        }
        return text
    }

    /// How long a value is kept; `nil` for ever.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` for anything but a positive number.
    func timeToLive(_ index: Int) throws -> Duration? {
        guard let wish = value(index)["ttlSeconds"], !wish.isNull else { return nil }
        guard let seconds = wish.doubleValue, seconds > 0 else {
            throw WorkflowError(.invalidInput, "\(function): ttlSeconds must be a positive number.")
        }
        return .milliseconds(Int64(min(seconds, 1e9) * 1000))
    }
}
