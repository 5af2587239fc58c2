import WorkflowCore

/// What becomes of running instances whose state a version does not have, in the bodies of requests.
enum StrandedOptions {
    private static let name = Schema.StringRule(length: 1...200)

    static let members: [Schema.Member] = [
        .optional(
            "mapping",
            .map(names: name, values: .map(names: name, values: .string(name), maximum: 200), maximum: 200),
            "Where instances go whose state the version does not have: the new states by the old ones, by state machine."
        ),
        .optional("force", .boolean, "Whether instances may be left behind in states that the version does not have."),
    ]

    /// What a request says about them.
    static func read(_ call: APICall) throws -> ReloadOptions { try read(call.body) }

    /// What an object says about them.
    ///
    /// - Throws: ``ConfigurationError`` when the mapping is none.
    static func read(_ object: JSONObject) throws -> ReloadOptions {
        ReloadOptions(
            isForced: object["force"]?.boolValue ?? false,
            mapping: try object["mapping"].map { try ReloadMapping(json: $0) } ?? ReloadMapping())
    }

    /// The members that say it, for the record; none when there is nothing to say.
    static func json(_ options: ReloadOptions) -> JSONObject {
        var json = JSONObject()
        if !options.mapping.isEmpty {
            let targets = options.mapping.targets.sorted { $0.key < $1.key }.map { definition, states in
                let moves = states.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
                return (definition, JSONValue.object(JSONObject(moves)))
            }
            json["mapping"] = .object(JSONObject(targets))
        }
        if options.isForced { json["force"] = true }
        return json
    }
}
