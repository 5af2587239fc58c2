public import WorkflowCore

/// Runs an application in a test: starts it, calls `body`, and stops it whatever happens.
///
/// - Parameters:
///   - yaml: The configuration.
///   - registry: The module types that it may use.
///   - environment: Time, store and script runtime; by default everything is in memory.
///   - body: The test.
/// - Returns: What `body` returns.
/// - Throws: What the start or `body` throws.
public func withTestEngine<Result>(
    _ yaml: String, registry: ModuleRegistry, environment: EngineEnvironment = EngineEnvironment(),
    _ body: (WorkflowEngine) async throws -> Result
) async throws -> Result {
    let configuration = try ApplicationConfiguration(yaml: yaml)
    let engine = WorkflowEngine(configuration: configuration, registry: registry, environment: environment)
    try await engine.start()
    do {
        let result = try await body(engine)
        await engine.stop()
        return result
    } catch {
        await engine.stop()
        throw error
    }
}
