#if NATS
import Synchronization
import WorkflowCore
import WorkflowModules

/// A durable consumer: asks the server for messages and answers.
final class NATSConsumer: DeliverySource {
    struct State {
        var connection: NATSConnection?
        var subscription: NATSSubscription?
        var inbox: String?
        var pulls = PullLedger()
        var lastContact = Timestamp(nanoseconds: 0)
        /// What the server counts as being here: the newest receipt and when the server last heard of it.
        var held: [UInt64: (receipt: DeliveryReceipt, renewed: Timestamp)] = [:]
        var finished = SequenceMemory(capacity: 4096)
    }

    let link: NATSLink
    let durable: String
    let subject: String
    let number: Int
    let line: DeliveryLine<DeliveryReceipt>
    let state = Mutex(State())

    /// - Parameters:
    ///   - link: The connection.
    ///   - number: Tells consumers of a connection apart.
    ///   - durable: The name on the server.
    ///   - name: The name of the subscription.
    ///   - subject: What it takes.
    init(link: NATSLink, number: Int, durable: String, name: String, subject: String) {
        self.link = link
        self.number = number
        self.durable = durable
        self.subject = subject
        line = DeliveryLine(
            broker: link.name, name: name, letters: link.letters, environment: link.environment, logger: link.logger)
    }

    var beatInterval: Duration { link.configuration.consumer.ackWait / 3 }
    var retriesElsewhere: Bool { true }

    private var clock: any EngineClock { link.environment.clock }

    // MARK: - Connection

    func isSetUp(on connection: NATSConnection) -> Bool {
        line.isEnded || state.withLock { $0.connection === connection }
    }

    /// Lets messages of a connection in, unless that has been done: only once, since messages that have come to a second
    /// subscription would be lost with it.
    ///
    /// - Parameter inbox: Where answers of the server go; `nil` in core NATS.
    /// - Throws: ``NATSError``.
    func open(_ connection: NATSConnection, inbox: String?) throws {
        try state.withLock { state in
            guard state.connection !== connection, !line.isEnded else { return }
            state.subscription =
                if let inbox {
                    try connection.subscribe("\(inbox).c\(number).*") { [weak self] in self?.receive($0) }
                } else {
                    try connection.subscribe(subject, queue: durable) { [weak self] in self?.receive($0) }
                }
            (state.connection, state.inbox) = (connection, inbox)
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
            guard let connection = state.connection, let inbox = state.inbox, let options = line.current?.options else {
                return nil
            }
            let free = line.room - state.pulls.outstanding
            guard free > 0, free >= max(options.prefetch, options.concurrency) / 4 || state.pulls.outstanding == 0
            else { return nil }
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
    private func isStale(_ renewed: Timestamp, _ now: Timestamp) -> Bool {
        renewed.duration(to: now) > link.configuration.consumer.ackWait
    }

    // MARK: - Answers

    func begin(_ receipt: DeliveryReceipt) -> Bool {
        let now = clock.now
        return state.withLock { state in
            guard let held = state.held[receipt.sequence], isStale(held.renewed, now) else { return true }
            // It is on its way to somebody else, or here once more.
            state.held[receipt.sequence] = nil
            return false
        }
    }

    func settle(_ receipt: DeliveryReceipt, as outcome: DeliveryOutcome) {
        let newest = state.withLock { state in
            if outcome == .done || outcome == .never { state.finished.insert(receipt.sequence) }
            return state.held.removeValue(forKey: receipt.sequence)?.receipt
        }
        guard let newest else { return }
        switch outcome {
        case .done: link.answer(newest, .done)
        case .never: link.answer(newest, .never)
        case .again(let delay): link.answer(newest, .again(after: delay))
        }
    }

    func stopReceiving() {
        let subscription = state.withLock { state in
            defer { state.subscription = nil }
            return state.subscription
        }
        subscription?.end()
    }

    func willEnd() {
        link.remove(self)
    }
}
#endif
