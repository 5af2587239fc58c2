/// What one generation of the configuration has of a broker.
///
/// Subscriptions begin to take messages with ``activate()``. What outlives the generation is behind it, in
/// ``SharedResourcePool``.
public protocol GenerationalBroker: MessageBroker, DeadLetterKeeping {
    /// The name of the broker in metrics and logs.
    var name: String { get }

    /// Subscribes a handler.
    ///
    /// - Parameter isSerial: Whether it gets one message after the other.
    /// - Throws: See ``MessageBroker/subscribe(to:name:handler:)``.
    func subscribe(
        to pattern: TopicPattern, name: String, isSerial: Bool, handler: any MessageHandler
    ) async throws -> any Subscription

    /// Opens the broker.
    func prepare() async throws
    /// Lets the subscriptions of this generation take the messages.
    func activate() throws
    /// Takes in no more messages for subscriptions that no other generation has taken over.
    func standBy()
    /// Takes the messages again.
    func resume()
    /// Gives the broker back; the last generation that has it ends it.
    func shutdown() async
}

/// What a module wants of a broker that a provider makes.
public struct BrokerRequest: Sendable {
    /// Where the server is; empty for the usual place.
    public var url: String
    /// What the broker carries; empty for everything.
    public var topics: [TopicPattern]
    /// Bounds and retries of subscriptions.
    public var subscription: InMemoryMessageBroker.SubscriptionOptions
    /// How long dead letters are kept.
    public var deadLetterRetention: Duration

    /// Creates a request.
    public init(
        url: String, topics: [TopicPattern], subscription: InMemoryMessageBroker.SubscriptionOptions,
        deadLetterRetention: Duration
    ) {
        self.url = url
        self.topics = topics
        self.subscription = subscription
        self.deadLetterRetention = deadLetterRetention
    }
}

/// Makes brokers that need a driver, for modules that name them by a word such as `nats`.
public protocol BrokerProvider: Sendable {
    /// The word.
    static var name: String { get }

    /// Makes the broker of a module, without any effect on the outside.
    ///
    /// - Throws: ``ConfigurationError`` or ``WorkflowError`` when the request cannot work.
    static func broker(_ request: BrokerRequest, context: ModuleContext) throws -> any GenerationalBroker
}
