#if NATS
import Logging
import Synchronization
import WorkflowCore

/// A message on its way to a handler.
struct NATSDelivery: Sendable {
    var message: Message
    /// What JetStream says about it; `nil` in core NATS and for a dead letter that is delivered again.
    var receipt: DeliveryReceipt?
    /// The dead letter that it is.
    var letter: String?
    /// Why it cannot be handled at all.
    var problem: String?
}

/// A durable consumer: asks the server for messages, has them handled in the order of their keys, and answers.
///
/// Subscriptions of several generations stand in a line for it; the last one that is active gets the messages. So a reload
/// neither loses nor repeats any, nor changes their order.
final class NATSConsumer: Sendable {
    struct State {
        var line: [NATSLineSubscription] = []
        var connection: NATSConnection?
        var subscription: NATSSubscription?
        var inbox: String?
        var pulls = PullLedger()
        var lastContact = Timestamp(nanoseconds: 0)
        var queue = KeyedQueue<NATSDelivery>()
        /// What the server counts as being here: the newest receipt and when the server last heard of it.
        var held: [UInt64: (receipt: DeliveryReceipt, renewed: Timestamp)] = [:]
        var finished = SequenceMemory(capacity: 4096)
        /// How many messages are being handled.
        var running = 0
        /// How many wait for their next attempt here.
        var resting = 0
        var runningOf: [ObjectIdentifier: Int] = [:]
        var waiters: [(subscription: ObjectIdentifier, continuation: CheckedContinuation<Void, Never>)] = []
        var deliveries: AsyncStream<NATSDelivery>.Continuation?
        var rests: AsyncStream<Rest>.Continuation?
        var life: Task<Void, Never>?
        var isEnded = false

        var depth: Int { queue.count + running + resting }
        /// Who gets the messages.
        var current: NATSLineSubscription? { line.last(where: \.isActive) }
    }

    /// The consumer whose message the current task handles.
    @TaskLocal static var handling: ObjectIdentifier?

    let link: NATSLink
    let durable: String
    /// The name of the subscription.
    let name: String
    let subject: String
    let group: String
    let number: Int
    let state = Mutex(State())

    init(link: NATSLink, number: Int, durable: String, name: String, subject: String, group: String) {
        self.link = link
        self.number = number
        self.durable = durable
        self.name = name
        self.subject = subject
        self.group = group
    }

    /// How many messages are here.
    var depth: Int { state.withLock { $0.depth } }

    private var clock: any EngineClock { link.environment.clock }

    // MARK: - Connection

    func isSetUp(on connection: NATSConnection) -> Bool {
        state.withLock { $0.connection === connection || $0.isEnded }
    }

    /// Lets messages of a connection in.
    ///
    /// - Parameter inbox: Where answers of the server go; `nil` in core NATS.
    /// - Throws: ``NATSError``.
    func open(_ connection: NATSConnection, inbox: String?) throws {
        let subscription =
            if let inbox {
                try connection.subscribe("\(inbox).c\(number).*") { [weak self] in self?.receive($0) }
            } else {
                try connection.subscribe(subject, queue: durable) { [weak self] in self?.receive($0) }
            }
        state.withLock { state in
            (state.connection, state.subscription, state.inbox) = (connection, subscription, inbox)
            state.pulls.removeAll()
        }
    }

    /// Asks for messages on a connection that is set up.
    func connected() {
        beat()
        pull()
    }

    func disconnected() {
        let before = state.withLock { state in
            defer {
                (state.connection, state.subscription) = (nil, nil)
                state.pulls.removeAll()
            }
            return state.subscription
        }
        _ = before
    }

    /// Asks the server for as many messages as there is room for.
    func pull() {
        let request = state.withLock { state -> (NATSConnection, NATSMessage)? in
            guard let connection = state.connection, let inbox = state.inbox, !state.isEnded,
                let current = state.current, !current.isClosed
            else { return nil }
            let room = max(current.options.prefetch, current.options.concurrency)
            let free = room - state.depth - state.pulls.outstanding
            guard free > 0, free >= room / 4 || state.pulls.outstanding == 0 else { return nil }
            let number = state.pulls.begin(free)
            let stream = link.configuration.stream?.name ?? ""
            return (
                connection,
                NATSMessage(
                    subject: "$JS.API.CONSUMER.MSG.NEXT.\(stream).\(durable)",
                    reply: "\(inbox).c\(self.number).\(number)",
                    body: Array("{\"batch\":\(free),\"expires\":30000000000}".utf8))
            )
        }
        if let (connection, message) = request { connection.send(message) }
    }

    /// Tells the server that what is here is in hand, and asks again when it has been silent for too long.
    func beat() {
        let now = clock.now
        let receipts = state.withLock { state -> [DeliveryReceipt] in
            guard state.connection != nil else { return [] }
            if state.pulls.outstanding > 0, state.lastContact.duration(to: now) > .seconds(45) {
                state.pulls.removeAll()
                state.lastContact = now
            }
            var receipts: [DeliveryReceipt] = []
            for (sequence, held) in state.held where !isStale(held.renewed, now) {
                receipts.append(held.receipt)
                state.held[sequence]?.renewed = now
            }
            return receipts
        }
        for receipt in receipts { link.answer(receipt, .inProgress) }
    }

    /// Whether the server has given a message to somebody else by now, since it has not heard of it for too long.
    func isStale(_ renewed: Timestamp, _ now: Timestamp) -> Bool {
        renewed.duration(to: now) > link.configuration.consumer.ackWait
    }
}
#endif
