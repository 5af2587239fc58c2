import HTTPTypes
import Synchronization
public import WorkflowCore

extension ServiceKind {
    /// Runs integrations: ``IntegrationRegistryModule``.
    public static let integrationRegistry = ServiceKind("integration registry")
}

/// Runs the workflows of the section `integration` and keeps the records of their runs.
///
/// ```yaml
/// modules:
///   - name: integrations
///     type: integration.registry
/// ```
public final class IntegrationRegistryModule: WorkflowModule, HTTPHandler, ExecutableComponent, DescribedListening {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the registry is for.
        public var description = ""
        /// Whether the routes under `/api/integrations` are added.
        public var expose = false
        /// The middlewares before those routes.
        public var middlewares: [String] = []
        /// The largest body of a request.
        public var maxBodyBytes = ByteSize(bytes: 1 << 20)
        /// How many runs may go on at once.
        public var maxConcurrentRuns = 100
        /// How many records of each workflow are kept.
        public var keptExecutions = 1000

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the registry is for, in words."),
            .init(
                "expose", \.expose,
                "Whether the routes under `/api/integrations` are added to the router. Whoever passes its middlewares, and those named here, may run integrations then."
            ),
            .init(
                "middlewares", \.middlewares, "The middlewares before those routes, such as one that authenticates.",
                reference: .httpMiddleware),
            .init("maxBodyBytes", \.maxBodyBytes, "The largest body of a request."),
            .init(
                "maxConcurrentRuns", \.maxConcurrentRuns, "How many runs may go on at once; further ones are refused.",
                schema: .integer(minimum: 1, maximum: 10_000)),
            .init(
                "keptExecutions", \.keptExecutions, "How many records of each workflow are kept, in the store too.",
                schema: .integer(minimum: 1, maximum: 10_000)),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard !expose, let place = node["middlewares"] else { return }
            decoder.fail(
                place, "middlewares are for the routes that expose: true adds",
                suggestion: "add expose: true, or name the middlewares where the routes are")
        }
    }

    /// The name of the module.
    let name: String
    let configuration: Configuration
    private let responder: Mutex<IntegrationResponder?>
    private let listeners = Mutex<[any HTTPListener]>([])
    private let context: ModuleContext

    public init(configuration: Configuration, context: ModuleContext) {
        name = context.name
        self.configuration = configuration
        self.context = context
        responder = Mutex(nil)
    }

    /// Takes what answers requests, once the section has been read.
    func attach(_ responder: IntegrationResponder) {
        self.responder.withLock { $0 = responder }
    }

    /// Takes what the webhooks of the section listen with.
    func attach(_ listeners: [any HTTPListener]) {
        self.listeners.withLock { $0 = listeners }
    }

    public var describedListeners: [any DescribedListener] {
        listeners.withLock { $0 }.compactMap { $0 as? any DescribedListener }
    }

    /// What answers requests; `nil` without a section `integration`.
    var attached: IntegrationResponder? { responder.withLock { $0 } }

    public var concurrency: Int { configuration.maxConcurrentRuns }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        guard let responder = responder.withLock({ $0 }) else {
            throw HTTPError(.notFound, "The registry \"\(name)\" has no integrations.")
        }
        return try await responder.handle(request)
    }

    /// Runs a workflow.
    ///
    /// - Parameter input: An object: the data; when there are several workflows, with the name of one under
    ///   `integration`.
    /// - Returns: `{success, executionId, workflow, status, results}`.
    /// - Throws: ``WorkflowError``; an error that tells which step failed.
    public func execute(_ input: JSONValue) async throws -> JSONValue {
        guard var data = input.objectValue else {
            throw WorkflowError(.invalidInput, "The data of an integration must be an object, not \(input.typeName).")
        }
        let workflow = data.removeValue(forKey: "integration")?.stringValue ?? name
        let call = WorkflowCall(
            workflow: "integration", action: workflow, data: data, trigger: .component)
        return try await context.generation.invoker.invoke(call)
    }
}
