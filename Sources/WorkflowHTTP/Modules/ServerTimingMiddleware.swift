import HTTPTypes
import WorkflowCore

/// Tells in `Server-Timing` how long the handler took.
struct ServerTimingMiddleware: HTTPPreflightMiddleware {
    func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        let start = ContinuousClock.now
        var response = try await next.handle(request)
        let time = LoggingMiddleware.milliseconds(ContinuousClock.now - start)
        response.headers.append(HTTPField(name: .serverTiming, value: "app;dur=\(time)"))
        return response
    }
}
