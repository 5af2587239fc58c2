import Synchronization

@testable import WorkflowCore

/// A probe that goes on in later generations.
final class KeptProbe: ProbeModule, CarriedModule, @unchecked Sendable {
    static let descriptor = ModuleDescriptor(type: "kept", summary: "Goes on.", provides: [.component])

    let isOutdated = Atomic(false)

    var isCurrent: Bool { !isOutdated.load(ordering: .relaxed) }

    func join(_ generation: GenerationContext) throws {
        probe.journal.add("join \(context.name)")
        generation.addHealthCheck(context.name, ClosureHealthCheck {})
    }

    func check(_ generation: GenerationContext) throws {
        probe.journal.add("check \(context.name) in \(generation.number)")
    }
}

/// A probe whose health a test decides, by the port that it was configured with.
final class HealthProbe: ProbeModule, WorkflowModule, @unchecked Sendable {
    static let descriptor = ModuleDescriptor(type: "health", summary: "May be ill.")

    required init(configuration: Configuration, context: ModuleContext) throws {
        try super.init(configuration: configuration, context: context)
        let (probe, port) = (probe, configuration.port)
        context.generation.addHealthCheck(
            context.name,
            ClosureHealthCheck {
                guard !probe.illPorts.withLock({ $0.contains(port) }) else {
                    throw WorkflowError(.unavailable, "port \(port) is ill")
                }
            })
    }
}

/// A broker, and a module that subscribes and notes what it gets.
final class BrokerProbe: ProbeModule, WorkflowModule, @unchecked Sendable {
    static let descriptor = ModuleDescriptor(type: "broker", summary: "A broker.", provides: [.messageBroker])

    let broker: GenerationBroker

    required init(configuration: Configuration, context: ModuleContext) throws {
        broker = GenerationBroker(
            configuration: .init(subscription: .init(capacity: configuration.port)), context: context)
        try super.init(configuration: configuration, context: context)
    }

    var services: [any Sendable] { [broker] }

    override func prepare() async throws {
        try await broker.prepare()
        try await super.prepare()
    }

    override func activate() async throws {
        try broker.activate()
        try await super.activate()
    }

    func standBy() async { broker.standBy() }
    func resume() async { broker.resume() }

    override func shutdown() async {
        await super.shutdown()
        await broker.shutdown()
    }
}

final class SubscriberProbe: ProbeModule, WorkflowModule, MessageHandler, @unchecked Sendable {
    static let descriptor = ModuleDescriptor(
        type: "subscriber", summary: "Hears of things.", requires: [.init(.messageBroker)])

    private let subscription = Mutex<(any Subscription)?>(nil)

    override func prepare() async throws {
        try await super.prepare()
        guard let broker = context.generation.brokers.first?.broker else { return }
        let made = try await broker.subscribe(
            to: try TopicPattern(configuration.use.isEmpty ? "news" : configuration.use), name: context.name,
            handler: self)
        subscription.withLock { $0 = made }
    }

    func handle(_ message: Message) async throws {
        try await enter("handle \(message.id) by \(configuration.port) in")
    }

    override func shutdown() async {
        await subscription.withLock { $0.take() }?.cancel()
        await super.shutdown()
    }
}

extension Probe {
    /// The messages handled, each with the port of the module that handled it.
    var handled: [String] {
        journal.entries.compactMap { entry in
            guard entry.hasPrefix("handle ") else { return nil }
            let words = entry.split(separator: " ")
            return "\(words[1])@\(words[3])"
        }
    }
}

let reloadRegistry = ModuleRegistry([
    ResidentProbe.self, KeptProbe.self, HealthProbe.self, BrokerProbe.self, SubscriberProbe.self, IngressProbe.self,
    WorkflowProbe.self,
])
