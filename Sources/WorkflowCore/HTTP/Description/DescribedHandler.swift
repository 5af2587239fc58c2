public import HTTPTypes

/// A handler that can tell what it answers, for documents such as OpenAPI.
public protocol DescribedHandler: HTTPHandler {
    /// Describes what it answers on a route, without any effect. Called when all modules of a configuration are valid,
    /// none of which need be prepared.
    ///
    /// - Parameter route: The route.
    /// - Returns: The operations of the route's method, or of all methods that make sense when the route has none;
    ///   empty when requests are refused.
    func operations(on route: RouteDescription) -> [OperationDescription]
}

/// A middleware that changes what a client sees of the handlers behind it, and can tell how.
public protocol DescribedMiddleware: HTTPMiddleware {
    /// Says what is different with this middleware, such as a credential that is needed.
    ///
    /// - Parameters:
    ///   - operation: What is behind it.
    ///   - route: The route.
    func amend(_ operation: inout OperationDescription, on route: RouteDescription)
}

/// A router that can tell its routes.
public protocol DescribedRouting: Sendable {
    /// Describes what the modules have added, in order. Call it when all modules of a configuration are valid.
    ///
    /// - Throws: ``ConfigurationError`` when routes contradict each other.
    func describeRoutes() throws -> [RouteDescription.Described]
}

/// A module that answers on addresses of its own, beside the servers of the application.
public protocol DescribedListening: Sendable {
    /// The listeners that can tell their routes. Ask for it when all modules of a configuration are valid.
    var describedListeners: [any DescribedListener] { get }
}

/// A listener that can tell its routes; none when a server of the application has them.
public protocol DescribedListener: DescribedRouting {
    /// Its address, such as `http://localhost:8090`; `nil` when it is not known before the start.
    var baseURL: String? { get }
}

/// A server that can tell where it is reached.
public protocol DescribedServer: Sendable {
    /// The address of a router, such as `http://localhost:8080`; `nil` when it is not known before the start, or
    /// another server's.
    func baseURL(ofRouter name: String) -> String?
}

/// A route as it is described.
public struct RouteDescription: Sendable, Hashable {
    /// A route with its operations.
    public struct Described: Sendable {
        /// The route.
        public let route: RouteDescription
        /// What it does.
        public let operations: [OperationDescription]

        /// Creates the pair.
        public init(_ route: RouteDescription, operations: [OperationDescription]) {
            self.route = route
            self.operations = operations
        }
    }

    /// The method; `nil` for all.
    public let method: HTTPRequest.Method?
    /// The path with its parameters in braces, such as `/orders/{id}`.
    public let path: String
    /// The pattern as the configuration has it, such as `/files/{path...}`.
    public let pattern: String
    /// The names of the parameters in ``path``.
    public let parameters: [String]
    /// The parameter that stands for the rest of a path and may hold `/`; `nil` for none.
    public let restParameter: String?
    /// The module that answers, or what else adds the route.
    public let module: String

    /// Describes a route.
    public init(
        method: HTTPRequest.Method?, path: String, pattern: String, parameters: [String], restParameter: String? = nil,
        module: String
    ) {
        self.method = method
        self.path = path
        self.pattern = pattern
        self.parameters = parameters
        self.restParameter = restParameter
        self.module = module
    }

    /// Which of some methods the route has.
    public func methods(of methods: [HTTPRequest.Method]) -> [HTTPRequest.Method] {
        guard let method else { return methods }
        return methods.filter { $0 == method }
    }

    /// What a handler answers; something general for one that does not tell.
    public func operations(of handler: any HTTPHandler) -> [OperationDescription] {
        if let handler = handler as? any DescribedHandler { return handler.operations(on: self) }
        return methods(of: method.map { [$0] } ?? [.get, .post, .put, .patch, .delete]).map { method in
            OperationDescription(
                method, name: method.rawValue.lowercased(), summary: "Answered by \(module)",
                body: [.get, .head, .delete, .options].contains(method)
                    ? nil : BodyDescription(content: [MediaDescription("*/*")], required: false),
                responses: [ResponseDescription(200, "Whatever \(module) answers.", content: [MediaDescription("*/*")])]
            )
        }
    }
}

/// A handler with a description from elsewhere.
public struct DescribingHandler: DescribedHandler {
    private let handler: any HTTPHandler
    private let describe: @Sendable (RouteDescription) -> [OperationDescription]

    /// Describes a handler.
    ///
    /// - Parameters:
    ///   - handler: Answers the requests.
    ///   - describe: Describes it; see ``DescribedHandler/operations(on:)``.
    public init(
        _ handler: any HTTPHandler, _ describe: @escaping @Sendable (RouteDescription) -> [OperationDescription]
    ) {
        self.handler = handler
        self.describe = describe
    }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        try await handler.handle(request)
    }

    public func operations(on route: RouteDescription) -> [OperationDescription] { describe(route) }
}

/// Checks tokens, and can tell clients what they are.
public protocol DescribedAuthenticator: Authenticator {
    /// What a client has to show.
    var credential: CredentialDescription { get }
}
