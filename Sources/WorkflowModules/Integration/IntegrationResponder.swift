import HTTPTypes
import WorkflowCore

/// Answers requests that run workflows, or ask for the records of runs.
final class IntegrationResponder: HTTPHandler {
    private static let defaultCount = 50

    /// Weak, since the router holds on to its routes.
    private weak let runs: IntegrationRuns?
    private let invoker: WorkflowInvoker
    let section: String
    let maxBodyBytes: Int

    init(_ runs: IntegrationRuns, invoker: WorkflowInvoker, section: String, maxBodyBytes: Int) {
        self.runs = runs
        self.invoker = invoker
        self.section = section
        self.maxBodyBytes = maxBodyBytes
    }

    /// The routes with their handler.
    static let routes: [(method: HTTPRequest.Method, path: String)] = [
        (.get, "/api/integrations"), (.post, "/api/integrations/{name}/execute"),
        (.get, "/api/integrations/{name}/executions"), (.get, "/api/integrations/{name}/executions/{id}"),
    ]

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        do {
            let name = request.parameters["name"]
            if request.method == .post {
                return try await execute(name, request)
            } else if let id = request.parameters["id"] {
                return try await execution(try known(name), id)
            } else if request.path.hasSuffix("/executions") {
                return try executions(try known(name), request)
            } else {
                return try list()
            }
        } catch let error as ErrorAnswer {
            return error.response
        } catch let error as StoreError {
            return ErrorAnswer(error).response
        }
    }

    private func available() throws -> IntegrationRuns {
        guard let runs else { throw ErrorAnswer(.serviceUnavailable, "the integrations are being stopped") }
        return runs
    }

    private func known(_ name: String?) throws -> IntegrationWorkflow {
        let runs = try available()
        let name = name ?? (runs.workflows.count == 1 ? runs.workflows[0].name : "")
        guard let workflow = runs.workflow(name) else {
            throw ErrorAnswer(.notFound, "there is no integration \"\(name)\"")
        }
        return workflow
    }

    private func execute(_ name: String?, _ request: ServerRequest) async throws -> ServerResponse {
        let workflow = try known(name)
        let data = try await request.integrationData(upTo: maxBodyBytes)
        let call = WorkflowCall(
            workflow: section, action: workflow.name, data: data, principal: request.principal?.id,
            trigger: .http)
        return .json(try await invoker.answer(to: call))
    }

    private func executions(_ workflow: IntegrationWorkflow, _ request: ServerRequest) throws -> ServerResponse {
        var count = Self.defaultCount
        if let text = request.queryValue("limit") {
            guard let number = Int(text), (1...10_000).contains(number) else {
                throw ErrorAnswer(.badRequest, "limit must be a number from 1 to 10000")
            }
            count = number
        }
        let found = try available().log.latest(workflow.name, limit: count)
        return .json(["workflow": .string(workflow.name), "executions": .array(found.map(\.json))])
    }

    private func execution(_ workflow: IntegrationWorkflow, _ id: String) async throws -> ServerResponse {
        guard let execution = try await available().log.execution(workflow.name, id: id) else {
            throw ErrorAnswer(.notFound, "there is no execution \"\(id)\" of \"\(workflow.name)\"")
        }
        return .json(execution.json)
    }

    private func list() throws -> ServerResponse {
        let workflows = try available().workflows.map { workflow -> JSONValue in
            ["name": .string(workflow.name), "steps": .array(workflow.steps.map { .string($0.name) })]
        }
        return .json(["integrations": .array(workflows)])
    }
}

extension ServerRequest {
    /// The data of a run: the body, or nothing.
    func integrationData(upTo limit: Int) async throws -> JSONObject {
        let bytes = try await body.collect(upTo: limit)
        guard !bytes.isEmpty else { return [:] }
        let request = ServerRequest(method: method, target: path, body: RequestBody(bytes: bytes))
        return try await request.jsonObject(upTo: limit, otherwise: "the body must be a JSON object")
    }
}

extension WorkflowInvoker {
    /// Runs an integration for a request.
    ///
    /// - Throws: ``ErrorAnswer``.
    func answer(to call: WorkflowCall) async throws -> JSONValue {
        do {
            return try await invoke(call)
        } catch let error as IntegrationFailure {
            let execution = error.outcome.execution
            var details: JSONObject = [
                "executionId": .string(execution.id), "status": .string(execution.status.rawValue),
            ]
            if let step = error.outcome.failedStep { details["step"] = .string(step) }
            let isCutOff = execution.status == .interrupted
            throw ErrorAnswer(isCutOff ? .serviceUnavailable : .badGateway, error.description, details: details)
        } catch let error as WorkflowError {
            switch error.code {
            case .notFound: throw ErrorAnswer(.notFound, error.message)
            case .limitExceeded, .unavailable:
                throw ErrorAnswer(.serviceUnavailable, error.message, retryAfter: .seconds(1))
            default: throw error
            }
        }
    }
}
