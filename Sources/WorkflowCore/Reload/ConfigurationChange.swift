/// One key of a configuration that was added, removed or changed.
///
/// Secrets, and values that come from the environment, are shown as `<redacted>`; that they changed is told all the
/// same.
public struct ConfigurationChange: Sendable, Equatable {
    /// Where the key stands within its part, such as `config.routes[2].handler`.
    public let path: String
    /// The value before; `nil` when there was none.
    public let old: JSONValue?
    /// The value after; `nil` when there is none.
    public let new: JSONValue?

    /// The change as JSON: `{"path", "old", "new"}`, without `old` when the key was added and without `new` when it was
    /// removed.
    public var json: JSONValue {
        var object: JSONObject = ["path": .string(path)]
        if let old { object["old"] = old }
        if let new { object["new"] = new }
        return .object(object)
    }
}
