extension WorkflowEngine {
    /// Checks a configuration as ``validate(_:registry:environment:)`` does, and looks at the modules that it leads to.
    ///
    /// - Parameters:
    ///   - configuration: The configuration.
    ///   - registry: The types that it may use.
    ///   - environment: What the modules are given.
    ///   - body: Looks at the modules, which are valid and not prepared, and go away afterwards.
    /// - Returns: What `body` returns.
    /// - Throws: ``ConfigurationError`` with everything that is wrong, and what `body` throws.
    public static func examine<Result>(
        _ configuration: ApplicationConfiguration, registry: ModuleRegistry, environment: EngineEnvironment = .init(),
        _ body: (ServiceDirectory) throws -> Result
    ) async throws -> Result {
        var environment = environment
        environment.metrics = EngineMetrics(registry: MetricsRegistry())
        environment.traces = Traces()
        let plan = GenerationPlan(configuration, registry: registry)
        let generation = try await EngineGeneration.build(plan, number: 0, environment: environment, isDryRun: true)
        defer { generation.discard() }
        return try body(generation.services)
    }
}
