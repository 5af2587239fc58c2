#if Redis
public import WorkflowCore
public import WorkflowModules

/// `messaging.redis`: a message broker on streams of Redis.
///
/// ```yaml
/// modules:
///   - name: events
///     type: messaging.redis
///     config:
///       url: redis://redis:6379/0
/// ```
public final class RedisStreamModule: BrokerModule {
    public let carrier: any GenerationalBroker
    private let context: ModuleContext

    /// Creates the module; it connects when it is prepared.
    ///
    /// - Throws: ``ConfigurationError`` or ``WorkflowError`` when the connection is missing.
    public init(configuration: Configuration, context: ModuleContext) throws {
        self.context = context
        carrier = try RedisStreamBroker(configuration, context: context)
    }

    public var services: [any Sendable] { [carrier] }

    public func validate() throws {
        try context.generation.offerMessaging()
    }
}
#endif
