package import Logging
import Synchronization
package import WorkflowCore

/// The messages of a server for one subscription, and who handles them.
///
/// Subscriptions of several generations stand in a line for them; the last one that is active gets the messages. So a
/// reload neither loses nor repeats any, nor changes their order. What is done with them is in ``DeliverySource``.
package final class DeliveryLine<Receipt: Sendable>: Sendable {
    struct State {
        var line: [LineSubscription] = []
        var queue = KeyedQueue<Delivery<Receipt>>()
        /// How many messages are being handled.
        var running = 0
        /// How many wait for their next attempt here.
        var resting = 0
        var runningOf: [ObjectIdentifier: Int] = [:]
        var waiters: [(subscription: ObjectIdentifier, continuation: CheckedContinuation<Void, Never>)] = []
        var deliveries: AsyncStream<Delivery<Receipt>>.Continuation?
        var rests: AsyncStream<Rest>.Continuation?
        var life: Task<Void, Never>?
        var isEnded = false

        var depth: Int { queue.count + running + resting }
        /// Who gets the messages.
        var current: LineSubscription? { line.last(where: \.isActive) }
    }

    /// A message that waits for its next attempt.
    struct Rest: Sendable {
        let delivery: Delivery<Receipt>
        let delay: Duration
    }

    /// The name of the broker.
    package let broker: String
    /// The name of the subscription.
    package let name: String
    let letters: DeadLetterBox
    let environment: EngineEnvironment
    let logger: Logger
    let state = Mutex(State())

    package init(broker: String, name: String, letters: DeadLetterBox, environment: EngineEnvironment, logger: Logger) {
        self.broker = broker
        self.name = name
        self.letters = letters
        self.environment = environment
        self.logger = logger
    }

    /// How many messages are here.
    package var depth: Int { state.withLock { $0.depth } }
    /// How many messages wait for their turn.
    package var waiting: Int { state.withLock { $0.queue.count } }
    /// Whether it takes in nothing more.
    package var isEnded: Bool { state.withLock { $0.isEnded } }
    /// Who gets the messages; `nil` when nobody does, or when it has ended.
    package var current: LineSubscription? { state.withLock { $0.isEnded ? nil : $0.current } }

    /// How many messages may be asked for.
    package var room: Int {
        state.withLock { state in
            guard !state.isEnded, let current = state.current, !current.isClosed else { return 0 }
            return max(current.options.prefetch, current.options.concurrency) - state.depth
        }
    }
}

/// Which delivery the current task handles.
enum DeliveryTask {
    @TaskLocal static var source: ObjectIdentifier?
}
