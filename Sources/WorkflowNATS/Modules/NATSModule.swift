#if NATS
public import WorkflowCore
public import WorkflowModules

/// A message broker on NATS: messages reach all nodes of an application, and other programs.
///
/// ```yaml
/// modules:
///   - name: events
///     type: messaging.nats
///     config:
///       url: nats://nats:4222
/// ```
public final class NATSModule: BrokerModule {
    public let carrier: any GenerationalBroker
    private let context: ModuleContext

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.context = context
        carrier = try NATSBroker(configuration, context: context)
    }

    public var services: [any Sendable] { [carrier] }

    public func validate() throws {
        try context.generation.offerMessaging()
    }
}

/// The module types that need NATS.
public enum NATSModules {
    /// All of them, for a registry.
    public static let all: [any WorkflowModule.Type] = [NATSModule.self]
}
#endif
