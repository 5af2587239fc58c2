/// Answers HTTP requests.
///
/// Called concurrently. Must not block: it may run on an event loop of the server.
public protocol HTTPHandler: Sendable {
    /// Answers one request.
    ///
    /// - Throws: ``HTTPError`` for an answer with an error status; any other error becomes 500 without details.
    func handle(_ request: ServerRequest) async throws -> ServerResponse
}

/// Looks at a request before, and at its response after, the handler behind it.
public protocol HTTPMiddleware: Sendable {
    /// Answers the request itself or lets `next` do it.
    ///
    /// - Throws: What ``HTTPHandler/handle(_:)`` may throw.
    func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse
}

/// A handler made of a closure.
public struct ClosureHandler: HTTPHandler {
    private let body: @Sendable (ServerRequest) async throws -> ServerResponse

    /// Creates a handler that calls `body`.
    public init(_ body: @escaping @Sendable (ServerRequest) async throws -> ServerResponse) {
        self.body = body
    }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        try await body(request)
    }
}

/// A middleware in front of a handler.
public struct MiddlewareHandler: DescribedHandler {
    private let middleware: any HTTPMiddleware
    private let next: any HTTPHandler

    /// Creates a handler that runs `middleware` before `next`.
    public init(_ middleware: any HTTPMiddleware, next: any HTTPHandler) {
        self.middleware = middleware
        self.next = next
    }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        try await middleware.handle(request, next: next)
    }
    public func operations(on route: RouteDescription) -> [OperationDescription] {
        let operations = route.operations(of: next)
        guard let middleware = middleware as? any DescribedMiddleware else { return operations }
        return operations.map { operation in
            var operation = operation
            middleware.amend(&operation, on: route)
            return operation
        }
    }
}
