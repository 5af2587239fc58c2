import HTTPTypes
import WorkflowCore

/// Turns reports into responses.
struct HealthResponder: Sendable {
    let monitor: HealthMonitor
    let generation: GenerationContext

    static let alive = response("alive")
    private static let ready = response("ready")
    private static let notReady = response("not_ready", status: .serviceUnavailable)

    func health() async -> ServerResponse {
        let report = await monitor.report()
        var checks = JSONObject()
        for entry in report.checks {
            var check: JSONObject = ["status": .string(entry.status.level.rawValue)]
            if let message = entry.status.message { check["message"] = .string(message) }
            checks[entry.name] = .object(check)
        }
        var response = ServerResponse.json(
            ["status": .string(report.level.rawValue), "checks": .object(checks)],
            status: report.level == .unhealthy ? .serviceUnavailable : .ok)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    func readiness() async -> ServerResponse {
        guard generation.isReady, await monitor.report().level != .unhealthy else { return Self.notReady }
        return Self.ready
    }

    private static func response(_ status: String, status code: HTTPResponse.Status = .ok) -> ServerResponse {
        var response = ServerResponse.json(["status": .string(status)], status: code)
        response.headers[.cacheControl] = "no-store"
        return response
    }
}

/// Answers every request with the same response.
struct FixedResponseHandler: HTTPHandler {
    let response: ServerResponse

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        response
    }
}
