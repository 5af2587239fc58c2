import HTTPTypes
import Logging
import WorkflowCore

/// Puts middlewares in front of a handler.
struct RouteChain: Sendable {
    /// Logs errors that have no answer of their own.
    let logger: Logger

    /// The handler with the middlewares before it, in their order.
    ///
    /// What a handler or middleware throws becomes a response right there, so that the middlewares before it can add
    /// their header fields to it.
    func handler(_ handler: any HTTPHandler, behind middlewares: [any HTTPMiddleware]) -> any HTTPHandler {
        guard !middlewares.isEmpty else { return handler }
        var chain: any HTTPHandler = ErrorAnsweringHandler(next: handler, logger: logger)
        for middleware in middlewares.reversed() {
            chain = ErrorAnsweringMiddlewareHandler(middleware: middleware, next: chain, logger: logger)
        }
        return chain
    }

    /// The handler with the middlewares before it, for requests of any method.
    ///
    /// Preflight requests only see the middlewares that are for them.
    func handlerWithPreflight(
        _ handler: any HTTPHandler, behind middlewares: [any HTTPMiddleware]
    ) -> any HTTPHandler {
        let chain = self.handler(handler, behind: middlewares)
        guard middlewares.contains(where: { $0 is CORSMiddleware }) else { return chain }
        return PreflightSplitter(next: chain, preflight: self.handler(handler, behind: Self.preflight(middlewares)))
    }

    /// The middlewares that see OPTIONS requests for which there is no route.
    static func preflight(_ middlewares: [any HTTPMiddleware]) -> [any HTTPMiddleware] {
        middlewares.filter { $0 is any HTTPPreflightMiddleware }
    }

    /// The answer for an error that has none of its own.
    ///
    /// - Throws: `CancellationError`, which the server deals with.
    static func response(
        for error: any Error, request: ServerRequest, logger: Logger
    ) throws -> ServerResponse {
        if let error = error as? HTTPError { return error.response }
        if error is CancellationError { throw error }
        logger.error(
            "request failed",
            metadata: [
                "request.id": "\(request.record?.requestID ?? request.id ?? "-")",
                "http.route": "\(request.routePattern)", "error": "\(error)",
            ])
        return HTTPError(.internalServerError, "The server failed to answer this request.").response
    }
}

/// Turns what a handler throws into a response.
private struct ErrorAnsweringHandler: HTTPHandler {
    let next: any HTTPHandler
    let logger: Logger

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        do {
            return try await next.handle(request)
        } catch {
            return try RouteChain.response(for: error, request: request, logger: logger)
        }
    }
}

/// A middleware whose errors become responses.
private struct ErrorAnsweringMiddlewareHandler: HTTPHandler {
    let middleware: any HTTPMiddleware
    let next: any HTTPHandler
    let logger: Logger

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        do {
            return try await middleware.handle(request, next: next)
        } catch {
            return try RouteChain.response(for: error, request: request, logger: logger)
        }
    }
}

/// Leads preflight requests around the middlewares that they cannot satisfy.
private struct PreflightSplitter: HTTPHandler {
    let next: any HTTPHandler
    let preflight: any HTTPHandler

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        try await CORSMiddleware.isPreflight(request) ? preflight.handle(request) : next.handle(request)
    }
}
