import WorkflowCore

/// A script runtime that refuses scripts which ask for more than their workflow may use.
struct LimitedScriptRuntime: ScriptRuntime {
    let base: any ScriptRuntime
    let limits: DeploymentLimits

    func load(
        _ source: ScriptSource, limits wanted: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent {
        guard wanted.memory <= limits.scriptMemoryBytes else {
            throw WorkflowError(
                .limitExceeded,
                "\(source.name) asks for \(wanted.memory) bytes of memory, more than the limit of "
                    + "\(limits.scriptMemoryBytes); set limits.memory.")
        }
        guard wanted.concurrency <= limits.scriptConcurrency else {
            throw WorkflowError(
                .limitExceeded,
                "\(source.name) asks for \(wanted.concurrency) calls at once, more than the limit of "
                    + "\(limits.scriptConcurrency); set limits.concurrency.")
        }
        return try await base.load(source, limits: wanted, host: host, configuration: configuration)
    }

    func check(_ source: ScriptSource) throws { try base.check(source) }
    func shutdown() async { await base.shutdown() }
}
