import WorkflowCore

/// Makes components of the scripts of one component: with its limits, and what it may do.
struct ScriptLoader: Sendable {
    /// `nil` when the program has no script engine.
    let runtime: (any ScriptRuntime)?
    let limits: ScriptLimits
    let host: any ScriptHost
    /// What the script's `init` gets.
    let configuration: JSONObject

    /// Checks a script without running it.
    ///
    /// - Throws: ``ScriptError``; ``WorkflowError`` `.unavailable` when there is no script engine.
    func check(_ source: ScriptSource) throws {
        try required().check(source)
    }

    /// Compiles a script and runs its `init`.
    ///
    /// - Throws: ``ScriptError``; ``WorkflowError`` `.unavailable` when there is no script engine.
    func load(_ source: ScriptSource) async throws -> any ScriptComponent {
        try await required().load(source, limits: limits, host: host, configuration: .object(configuration))
    }

    private func required() throws -> any ScriptRuntime {
        guard let runtime else {
            throw WorkflowError(.unavailable, "This program was built without a script engine.")
        }
        return runtime
    }
}
