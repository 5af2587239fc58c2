#if NATS
import Logging
import Synchronization
import WorkflowCore

/// What the server sends; runs on threads of the library.
extension NATSConsumer {
    private static var waitingInCoreMode: Int { 65_536 }

    func receive(_ message: NATSMessage) {
        let receipt = DeliveryReceipt(message.reply)
        if receipt == nil, let status = message.status {
            control(status, message)
            return
        }
        let now = link.environment.clock.now
        enum Finding {
            case new(NATSLineSubscription)
            case finished, known, unwanted
        }
        let finding = state.withLock { state -> Finding in
            state.lastContact = now
            guard let receipt else { return state.current.map { .new($0) } ?? .unwanted }
            state.pulls.arrived()
            if state.finished.contains(receipt.sequence) { return .finished }
            if state.held[receipt.sequence] != nil {
                state.held[receipt.sequence] = (receipt, now)
                return .known
            }
            guard let current = state.current, !state.isEnded else { return .unwanted }
            state.held[receipt.sequence] = (receipt, now)
            return .new(current)
        }
        switch finding {
        case .new(let subscription):
            add(delivery(of: message, receipt, for: subscription, now))
        case .finished:
            if let receipt { link.answer(receipt, .done) }
        case .unwanted:
            if let receipt { link.answer(receipt, .again(after: .zero)) }
        case .known: break
        }
        pull()
    }

    private func delivery(
        of message: NATSMessage, _ receipt: DeliveryReceipt?, for subscription: NATSLineSubscription, _ now: Timestamp
    ) -> NATSDelivery {
        do {
            let decoded = try subscription.codec.decode(message, receipt, now: now)
            var delivery = NATSDelivery(message: decoded, receipt: receipt)
            let limit = 2 * subscription.options.maxDeliveries
            if decoded.deliveryAttempt > limit {
                delivery.problem = "The message was delivered \(limit) times and never answered."
            }
            return delivery
        } catch let error as CloudEventCodec.Unreadable {
            return NATSDelivery(message: error.message, receipt: receipt, problem: error.description)
        } catch {
            let unknown = Message(id: message.reply, topic: message.subject, payload: .null, timestamp: now)
            return NATSDelivery(message: unknown, receipt: receipt, problem: "\(error)")
        }
    }

    /// Puts a message into the queue.
    func add(_ delivery: NATSDelivery) {
        let isIn = state.withLock { state in
            guard delivery.receipt != nil || state.queue.count < Self.waitingInCoreMode else { return false }
            state.queue.append(delivery, key: delivery.message.key)
            return true
        }
        if isIn {
            pump()
        } else {
            link.logger.warning(
                "A message of core NATS was dropped, since too many wait",
                metadata: ["broker.subscription": "\(name)", "message.id": "\(delivery.message.id)"])
        }
    }

    /// Takes what the server says about a request for messages.
    private func control(_ status: Int, _ message: NATSMessage) {
        let text = (message.header("description") ?? "").lowercased()
        guard status != 100, let number = message.subject.split(separator: ".").last.flatMap({ Int($0) }) else {
            return
        }
        let now = link.environment.clock.now
        state.withLock { state in
            state.pulls.ended(number)
            state.lastContact = now
        }
        switch status {
        case 404, 408: pull()
        // Otherwise the next beat asks again.
        case 503: link.repair(self)
        case 409 where text.contains("deleted"): link.repair(self)
        default: break
        }
    }

    /// Hands out as many messages as may be handled at once.
    func pump() {
        state.withLock { state in
            guard let current = state.current, let deliveries = state.deliveries, !state.isEnded else { return }
            while state.running < max(current.options.concurrency, 1), let delivery = state.queue.take() {
                state.running += 1
                deliveries.yield(delivery)
            }
        }
    }
}
#endif
