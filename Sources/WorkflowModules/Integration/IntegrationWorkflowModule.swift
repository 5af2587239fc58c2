import HTTPTypes
import Logging
public import WorkflowCore

/// The section `integration` of `workflows`: workflows whose steps call other systems.
public final class IntegrationWorkflowModule: WorkflowModule, SummarizedModule {
    private let connectors: [any IntegrationConnector]
    private let runs: IntegrationRuns
    private let configuration: Configuration
    private let context: ModuleContext
    private let listeners: [any HTTPListener]
    private let lines: [SummaryLine]

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        let registry = try context.services.require(
            IntegrationRegistryModule.self, kind: .integrationRegistry, named: configuration.registry)
        var reader = IntegrationReader(configuration: configuration, context: context)
        let workflows = try reader.read()
        connectors = reader.connectors.map(\.value)
        let runs = IntegrationRuns(workflows, registry: registry, context: context)
        self.runs = runs
        let invoker = context.generation.invoker
        try invoker.add(IntegrationCallHandler(runs: runs), name: context.name)
        let responder = IntegrationResponder(
            runs, invoker: invoker, section: context.name, maxBodyBytes: registry.configuration.maxBodyBytes.bytes)
        registry.attach(responder)
        let routes = IntegrationRoutes(context: context)
        var lines = workflows.map { workflow in
            SummaryLine("integration", "\(workflow.name): \(workflow.steps.map(\.name).joined(separator: ", "))")
        }
        if registry.configuration.expose {
            lines += try routes.expose(responder, registry: registry)
        }
        let webhooks = try routes.addWebhooks(configuration.connectors, runs: runs)
        listeners = webhooks.listeners
        registry.attach(listeners)
        self.lines = lines + webhooks.lines
    }

    public var summaryLines: [SummaryLine] { lines + listeners.flatMap(\.summaryLines) }

    public func validate() throws {
        IntegrationRoutes(context: context).checkPorts(configuration.connectors)
        for listener in listeners { try listener.validate() }
    }

    public func prepare() async throws {
        try await runs.log.restore(
            runs.workflows.map(\.name), isStart: context.generation.number == 1)
        for connector in connectors { try connector.open() }
        for listener in listeners { try await listener.prepare() }
    }

    public func activate() async throws {
        for listener in listeners { try await listener.activate() }
    }

    public func quiesce() async {
        for listener in listeners { await listener.quiesce() }
    }

    public func shutdown() async {
        for listener in listeners { await listener.shutdown() }
        await runs.shutdown(deadline: context.environment.drainDeadline)
        for connector in connectors { await connector.close() }
    }
}
