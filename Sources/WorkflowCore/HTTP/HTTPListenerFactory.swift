public import HTTPTypes

/// Makes listeners for modules that answer on a port of their own; the program that runs the engine provides it.
public protocol HTTPListenerFactory: Sendable {
    /// Makes a listener, without any effect on the outside. Call it in the `init` of a module that is no ingress module.
    ///
    /// When a server of the application listens on the address, its router gets the routes instead, and the listener
    /// opens nothing.
    ///
    /// - Parameters:
    ///   - specification: Where to listen, and what to answer.
    ///   - context: The context of the module.
    /// - Throws: ``ConfigurationError`` when the address or a path is not usable, or the address is taken already.
    func makeListener(
        _ specification: HTTPListenerSpecification, context: ModuleContext
    ) throws -> any HTTPListener
}

/// Where a module listens, and what it answers there.
public struct HTTPListenerSpecification: Sendable {
    /// A path that is answered.
    public struct Route: Sendable {
        /// The method; `nil` for all.
        public let method: HTTPRequest.Method?
        /// The path pattern, such as `/webhooks/orders`, and where it stands in the configuration.
        public let pattern: Located<String>
        /// Answers the requests; it limits the size of bodies itself.
        public let handler: any HTTPHandler

        /// Creates a route.
        public init(_ method: HTTPRequest.Method?, _ pattern: Located<String>, handler: any HTTPHandler) {
            self.method = method
            self.pattern = pattern
            self.handler = handler
        }
    }

    /// The host name or address; empty for every address of this machine.
    public let host: String
    /// The port, and where it stands in the configuration; 0 lets the system choose.
    public let port: Located<Int>
    /// What is answered; anything else gets 404 or 405.
    public let routes: [Route]

    /// Creates a specification.
    public init(host: String = "", port: Located<Int>, routes: [Route]) {
        self.host = host
        self.port = port
        self.routes = routes
    }
}

/// A listener of a module, which calls each of these from its own function of the same name.
public protocol HTTPListener: SummarizedModule {
    /// The port that it listens on; `nil` while it does not, and when a server of the application has its routes.
    var port: Int? { get }

    /// Checks the routes.
    ///
    /// - Throws: ``ConfigurationError`` when they contradict each other.
    func validate() throws
    /// Binds the address; requests wait for ``activate()``.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when that is not possible.
    func prepare() async throws
    /// Begins to answer.
    func activate() async throws
    /// Takes nothing new any more.
    func quiesce() async
    /// Lets requests in progress finish, up to the drain deadline of the environment, and closes the address.
    func shutdown() async
}
