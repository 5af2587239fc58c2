import WorkflowCore

/// Runs a workflow for each request of a webhook.
struct WebhookHandler: HTTPHandler {
    let workflow: String
    let section: String
    let maxBodyBytes: Int
    let invoker: WorkflowInvoker

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        do {
            let data = try await request.jsonObject(upTo: maxBodyBytes, otherwise: "the body must be a JSON object")
            let call = WorkflowCall(
                workflow: section, action: workflow, data: data, principal: request.principal?.id,
                trigger: .http)
            let result = try await invoker.answer(to: call)
            return .json(["status": "ok", "executionId": result["executionId"] ?? .null])
        } catch let error as ErrorAnswer {
            return error.response
        }
    }
}
