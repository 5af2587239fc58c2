import HTTPTypes
import WorkflowCore

/// The requests of the management API.
struct ManagementAPI: Sendable {
    let application: ManagedApplication
    let maxBodyBytes: Int
    /// The streams of events that are open.
    let streams = EventStreams()

    /// The routes.
    func routes() throws -> RouteTable {
        var builder = RouteTableBuilder()
        func add(
            _ method: HTTPRequest.Method, _ path: String,
            _ body: @escaping @Sendable (ServerRequest) async throws -> ServerResponse
        ) throws {
            try builder.add(method: method, pattern: path, handler: ClosureHandler(body))
        }
        try add(.get, "/api/workflow/status") { _ in .json(status) }
        let configuration = ConfigurationAPI(application: application, maxBodyBytes: maxBodyBytes)
        try add(.get, "/api/workflow/config") { try configuration.show($0) }
        try add(.put, "/api/workflow/config") { try await configuration.replace($0) }
        try add(.post, "/api/workflow/plan") { try await configuration.plan($0) }
        try add(.post, "/api/workflow/reload") { try await configuration.reload($0) }
        try add(.get, "/api/workflow/history") { try await configuration.history($0) }
        try add(.post, "/api/workflow/rollback") { try await configuration.rollBack($0) }
        try add(.get, "/api/workflow/modules") { _ in
            .json(.array(application.registry.types.map { ModuleTypeDocument.make($0.descriptor, $0.schema) }))
        }
        try add(.post, "/api/workflow/validate") { try await validate($0) }
        let cluster = ClusterAPI(application: application)
        try add(.get, "/api/workflow/cluster") { _ in try await cluster.show() }
        let letters = DeadLetterAPI(application: application)
        try add(.get, "/api/workflow/dead-letters") { try await letters.list($0) }
        try add(.post, "/api/workflow/dead-letters/{broker}/{id}/redrive") { try await letters.redrive($0) }
        try add(.delete, "/api/workflow/dead-letters/{broker}/{id}") { try await letters.discard($0) }
        let instances = InstanceAPI(application: application)
        try add(.get, "/api/workflow/instances") { try await instances.list($0) }
        try add(.get, "/api/workflow/instances/{machine}/{id}") { try await instances.show($0) }
        let transitions = TransitionAPI(instances: instances, maxBodyBytes: maxBodyBytes)
        try add(.post, "/api/workflow/instances/{machine}/{id}/transitions") { try await transitions.make($0) }
        let executions = ExecutionAPI(application: application)
        try add(.get, "/api/workflow/executions") { try await executions.list($0) }
        try add(.get, "/api/workflow/executions/{id}") { try await executions.show($0) }
        let logs = LogAPI(application: application, streams: streams)
        try add(.get, "/api/workflow/logs") { try logs.show($0) }
        application.activity?.use(application.engine.environment.traces)
        let activity = ActivityAPI(application: application, streams: streams)
        try add(.get, "/api/workflow/events") { try activity.tail($0) }
        let components = ComponentAPI(application: application, maxBodyBytes: maxBodyBytes)
        try add(.get, "/api/dynamic/components") { try await components.list($0) }
        try add(.post, "/api/dynamic/components") { try await components.create($0) }
        try add(.get, "/api/dynamic/components/{id}") { try await components.show($0) }
        try add(.put, "/api/dynamic/components/{id}") { try await components.update($0) }
        try add(.delete, "/api/dynamic/components/{id}") { try await components.remove($0) }
        try add(.post, "/api/dynamic/components/{id}/execute") { try await components.execute($0) }
        try add(.get, "/api/dynamic/components/{id}/versions") { try await components.versions($0) }
        try add(.post, "/api/dynamic/components/{id}/rollback") { try await components.rollback($0) }
        try add(.get, "/healthz") { await health($0) }
        try add(.get, "/livez") { _ in .json(["status": "alive"]) }
        try add(.get, "/readyz") { _ in
            let isReady = application.engine.runningGeneration?.isReady ?? false
            return .json(
                ["status": isReady ? "ready" : "not_ready"], status: isReady ? .ok : .serviceUnavailable)
        }
        return builder.build()
    }

    private var status: JSONValue {
        let engine = application.engine
        let generation = engine.runningGeneration
        let configuration = engine.configuration
        var status: JSONObject = [
            "status": generation == nil ? "stopped" : generation?.isReady == true ? "running" : "starting",
            "moduleCount": .integer(Int64(configuration.modules.count)),
            "workflowCount": .integer(Int64(configuration.workflows.count)),
            "triggerCount": .integer(Int64(configuration.triggers.count)),
            "configHash": .string(engine.configurationHash),
        ]
        if let generation { status["generation"] = .integer(Int64(generation.number)) }
        if let since = engine.activeSince { status["since"] = .string(since.description) }
        let state = generation?.isReady == true ? "running" : "starting"
        status["modules"] = .array(
            engine.modules.map { module in
                [
                    "name": .string(module.name), "type": .string(module.type), "state": .string(state),
                    "generation": .integer(Int64(module.generation)),
                ]
            })
        if let report = engine.lastReload { status["lastReload"] = .object(ReloadDocument.make(report)) }
        return .object(status)
    }

    private func validate(_ request: ServerRequest) async throws -> ServerResponse {
        let bytes = try await request.body.collect(upTo: maxBodyBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw HTTPError(.badRequest, "The configuration is not UTF-8 text.")
        }
        do {
            // A large configuration takes a while: not on the event loop.
            let isEmpty = try await Task.detached { [application] in
                // JSON is YAML, and this way its issues have lines and columns.
                let variables = PlaceholderVariables.make(for: application.variables)
                let configuration =
                    try application.manager.flatMap { try $0.configuration(text, variables: variables) }
                    ?? ApplicationConfiguration(yaml: text, environment: variables)
                guard !configuration.modules.isEmpty || !configuration.workflows.isEmpty else { return true }
                try await WorkflowEngine.validate(
                    configuration, registry: application.registry, environment: application.engine.environment)
                return false
            }.value
            return .json(isEmpty ? ["valid": false, "errors": ["the configuration has no modules"]] : ["valid": true])
        } catch let error as ConfigurationError {
            return .json([
                "valid": false, "errors": .array(error.issues.map { .string($0.description) }),
                "issues": IssueDocument.list(error.issues),
            ])
        } catch let error as WorkflowError {
            return .json(["valid": false, "errors": [.string(error.message)]])
        }
    }

    private func health(_ request: ServerRequest) async -> ServerResponse {
        guard let generation = application.engine.runningGeneration else {
            return .json(["status": "unhealthy"], status: .serviceUnavailable)
        }
        var worst = HealthStatus.Level.healthy
        var checks = JSONObject()
        for (name, check) in generation.healthChecks {
            let status = await check.check()
            worst = max(worst, status.level)
            var entry: JSONObject = ["status": .string(status.level.rawValue)]
            if let message = status.message { entry["message"] = .string(message) }
            checks[name] = .object(entry)
        }
        var document: JSONObject = ["status": .string(worst.rawValue)]
        if request.principal != nil { document["checks"] = .object(checks) }
        return .json(.object(document), status: worst == .unhealthy ? .serviceUnavailable : .ok)
    }
}
