public import WorkflowCore
import WorkflowJavaScript

/// Stands in for the script engine where scripts are only looked at.
public struct CheckingScriptRuntime: ScriptRuntime {
    /// Creates a stand-in.
    public init() {}

    public func check(_ source: ScriptSource) throws {
        #if JavaScript
        try JavaScriptSyntax.check(source)
        #endif
    }

    public func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent {
        throw ScriptError(.workerLost, "Scripts do not run while a configuration is checked.")
    }

    public func shutdown() async {}
}
