#if NATS
public import WorkflowCore
import WorkflowModules

/// A message broker on NATS: messages reach all nodes of an application, and other programs.
///
/// ```yaml
/// modules:
///   - name: events
///     type: messaging.nats
///     config:
///       url: nats://nats:4222
/// ```
public final class NATSModule: WorkflowModule {
    private let broker: NATSBroker
    private let context: ModuleContext

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.context = context
        broker = try NATSBroker(configuration, context: context)
    }

    public var services: [any Sendable] { [broker] }

    public func validate() throws {
        try context.generation.offerMessaging()
    }

    public func prepare() async throws {
        try await broker.prepare()
    }

    public func activate() async throws {
        try broker.activate()
    }

    public func standBy() async {
        broker.standBy()
    }

    public func resume() async {
        broker.resume()
    }

    public func shutdown() async {
        await broker.shutdown()
    }
}

/// The module types that need NATS.
public enum NATSModules {
    /// All of them, for a registry.
    public static let all: [any WorkflowModule.Type] = [NATSModule.self]
}
#endif
