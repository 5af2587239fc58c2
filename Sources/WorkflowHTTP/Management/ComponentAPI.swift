import HTTPTypes
import WorkflowCore

/// The requests of the management API that concern components.
struct ComponentAPI: Sendable {
    /// How long a try may take, whatever the limits of the component.
    private static let longestTry = Duration.seconds(60)

    let application: ManagedApplication
    let maxBodyBytes: Int

    /// `GET /api/dynamic/components`: all components, without their scripts.
    func list(_ request: ServerRequest) async throws -> ServerResponse {
        let (manager, generation) = try running()
        return .json(.array(manager.reports(of: generation).map { ComponentDocument.make($0) }))
    }

    /// `POST /api/dynamic/components` with `{id, source}`: adds a component, or replaces its script.
    func create(_ request: ServerRequest) async throws -> ServerResponse {
        let body = try await ComponentBody(request, limit: maxBodyBytes, keys: ["id", "source"])
        let id = try body.text("id")
        return try await change(id, .put(text: try body.text("source")), request, success: .created)
    }

    /// `GET /api/dynamic/components/{id}`: a component with its script.
    func show(_ request: ServerRequest) async throws -> ServerResponse {
        let (manager, generation) = try running()
        let report = try await ComponentAnswer.answering { try manager.report(id(of: request), of: generation) }
        let tag = report.digest.map { "\"\($0)\"" }
        if let tag, let field = request.headers[.ifNoneMatch],
            ComponentPreconditions.names(tag, in: field, weakly: true)
        {
            return ServerResponse(status: .notModified, headers: [.eTag: tag])
        }
        return ComponentAnswer.make(ComponentDocument.make(report, withSource: true), report)
    }

    /// `PUT /api/dynamic/components/{id}` with `{source}`, or the script itself: replaces a script, or adds a component.
    func update(_ request: ServerRequest) async throws -> ServerResponse {
        let body = try await ComponentBody(request, limit: maxBodyBytes, keys: ["source"], scriptKey: "source")
        return try await change(id(of: request), .put(text: try body.text("source")), request)
    }

    /// `DELETE /api/dynamic/components/{id}`: removes a component that was added.
    func remove(_ request: ServerRequest) async throws -> ServerResponse {
        _ = try await change(id(of: request), .remove, request)
        return ServerResponse(status: .noContent)
    }

    /// `GET /api/dynamic/components/{id}/versions`: the versions that are kept, newest first.
    func versions(_ request: ServerRequest) async throws -> ServerResponse {
        let (manager, generation) = try running()
        let id = id(of: request)
        let (report, versions) = try await ComponentAnswer.answering {
            (try manager.report(id, of: generation), try await manager.versions(of: id, of: generation))
        }
        let current = versions.last { $0.digest == report.digest }?.number
        return .json([
            "id": .string(report.id),
            "versions": .array(
                versions.reversed().map { ComponentDocument.make($0, isCurrent: $0.number == current) }),
        ])
    }

    /// `POST /api/dynamic/components/{id}/rollback` with `{version}`; without it, to the version before.
    func rollback(_ request: ServerRequest) async throws -> ServerResponse {
        let body = try await ComponentBody(request, limit: maxBodyBytes, keys: ["version"], mayBeEmpty: true)
        return try await change(id(of: request), .rollback(version: try body.number("version")), request)
    }

    /// `POST /api/dynamic/components/{id}/execute` with `{input}`: tries a component.
    func execute(_ request: ServerRequest) async throws -> ServerResponse {
        let (manager, generation) = try running()
        let body = try await ComponentBody(request, limit: maxBodyBytes, keys: ["input"], mayBeEmpty: true)
        let (id, input, clock) = (id(of: request), body.value("input") ?? [:], generation.environment.clock)
        let began = clock.now
        func answer(_ outcome: JSONObject) -> ServerResponse {
            var document = outcome
            document["durationMilliseconds"] = .double(began.duration(to: clock.now) / .milliseconds(1))
            return .json(.object(document))
        }
        return try await ComponentAnswer.answering {
            do {
                let output = try await withTimeout(Self.longestTry, clock: clock) {
                    try await manager.execute(id, input, of: generation)
                }
                return answer(["status": "success", "output": output])
            } catch let error as ScriptError where !error.isInnocent {
                return answer(["status": "error", "error": ComponentDocument.make(error)])
            } catch let error as WorkflowError where error.code == .limitExceeded {
                return answer([
                    "status": "error",
                    "error": ["code": .string(error.code.description), "message": .string(error.message)],
                ])
            }
        }
    }

    private func change(
        _ id: String, _ action: ComponentChange.Action, _ request: ServerRequest,
        success: HTTPResponse.Status = .ok
    ) async throws -> ServerResponse {
        let (manager, generation) = try running()
        let preconditions = ComponentPreconditions(request.headers)
        let change = ComponentChange(
            id: id, action: action, principal: request.principal?.id ?? "", precondition: preconditions.check)
        let outcome = try await ComponentAnswer.answering { try await manager.change(change, of: generation) }
        var document = ComponentDocument.make(outcome.report)
        document["changed"] = .bool(outcome.version != nil)
        if let version = outcome.version { document["version"] = .integer(Int64(version)) }
        return ComponentAnswer.make(document, outcome.report, status: success)
    }

    private func id(of request: ServerRequest) -> String { request.parameters["id"] ?? "" }

    private func running() throws -> (manager: any ComponentManaging, generation: GenerationContext) {
        guard let manager = application.engine.environment.components else {
            throw HTTPError(.notImplemented, "This program was built without components that can be changed.")
        }
        guard let generation = application.engine.runningGeneration else {
            throw HTTPError(.serviceUnavailable, "The engine is not running.")
        }
        return (manager, generation)
    }
}
