/// A kind of service that modules provide to each other.
public struct ServiceKind: Sendable, Hashable, CustomStringConvertible {
    /// The name as error messages and reference pages show it.
    public let description: String

    /// The name with its article, as in "an HTTP handler".
    var withArticle: String {
        let isVowel = description.hasPrefix("HTTP") || "aeiouAEIOU".contains(description.first ?? "x")
        return (isVowel ? "an " : "a ") + description
    }

    /// Creates a kind; modules of other packages may make their own.
    public init(_ description: String) {
        self.description = description
    }

    /// Answers HTTP requests: ``HTTPHandler``.
    public static let httpHandler = ServiceKind("HTTP handler")
    /// Stands before handlers: ``HTTPMiddleware``.
    public static let httpMiddleware = ServiceKind("HTTP middleware")
    /// Listens for HTTP requests.
    public static let httpServer = ServiceKind("HTTP server")
    /// Chooses the handler of a request.
    public static let httpRouter = ServiceKind("HTTP router")
    /// Carries messages: ``MessageBroker``.
    public static let messageBroker = ServiceKind("message broker")
    /// Takes messages: ``MessageHandler``.
    public static let messageHandler = ServiceKind("message handler")
    /// Runs state machines: ``StateMachineEngine``.
    public static let stateMachineEngine = ServiceKind("state-machine engine")
    /// Tells the state of resources.
    public static let stateTracker = ServiceKind("state tracker")
    /// Runs as a step of a state machine: ``ProcessingStep``.
    public static let processingStep = ServiceKind("processing step")
    /// A component that can be executed: ``ExecutableComponent``.
    public static let component = ServiceKind("component")
    /// Tells who makes a request: ``Authenticator``.
    public static let authenticator = ServiceKind("authenticator")
    /// A database.
    public static let database = ServiceKind("database")
    /// Keeps state: ``StateStore``.
    public static let stateStore = ServiceKind("state store")
    /// Something else; see the module's page.
    public static let other = ServiceKind("service")
}
