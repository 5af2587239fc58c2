import Synchronization
import WorkflowCore

/// Keeps messages from a handler that its pattern does not match, and those that are too old.
struct BusHandler: MessageHandler {
    let subscription: String
    let pattern: BusPattern
    let expiry: MessageExpiry?
    let next: any MessageHandler

    func handle(_ message: Message) async throws {
        if pattern.prefix != nil, !pattern.matches(message.topic) { return }
        guard let expiry else { return try await next.handle(message) }
        try expiry.check(message, for: subscription)
        do {
            try await next.handle(message)
            expiry.resume(message.id, for: subscription)
        } catch {
            if message.deliveryAttempt >= expiry.maxDeliveries { expiry.resume(message.id, for: subscription) }
            throw error
        }
    }
}

/// Tells messages that have waited too long.
///
/// They are refused, again and again, until they are dead letters: nothing is lost without a trace. Dead letters that are
/// delivered again do not expire.
final class MessageExpiry: Sendable {
    private struct Delivery: Hashable {
        let message: String
        let subscription: String
    }

    /// How often a message is delivered before it becomes a dead letter.
    let maxDeliveries: Int
    private let lifetime: Duration
    private let clock: any EngineClock
    private let exempt = Mutex<Set<Delivery>>([])

    /// - Parameters:
    ///   - lifetime: How long messages may wait, from when they were published.
    ///   - maxDeliveries: How often a message is delivered before it becomes a dead letter.
    ///   - clock: The time.
    init(after lifetime: Duration, maxDeliveries: Int, clock: any EngineClock) {
        self.lifetime = lifetime
        self.maxDeliveries = maxDeliveries
        self.clock = clock
    }

    /// Throws ``WorkflowError`` `.limitExceeded` when a message has waited too long.
    func check(_ message: Message, for subscription: String) throws {
        let age = message.timestamp.duration(to: clock.now)
        guard age > lifetime else { return }
        let delivery = Delivery(message: message.id, subscription: subscription)
        guard !exempt.withLock({ $0.contains(delivery) }) else { return }
        throw WorkflowError(
            .limitExceeded, "The message waited \(age), longer than the eventTTL of \(lifetime), and was not handled.")
    }

    /// Lets a message be handled however old it is.
    func suspend(_ message: String, for subscription: String) {
        _ = exempt.withLock { $0.insert(Delivery(message: message, subscription: subscription)) }
    }

    /// Takes ``suspend(_:for:)`` back.
    func resume(_ message: String, for subscription: String) {
        exempt.withLock { exempt in
            guard !exempt.isEmpty else { return }
            exempt.remove(Delivery(message: message, subscription: subscription))
        }
    }
}
