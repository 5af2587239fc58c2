#if NATS
import Logging
import Synchronization
import WorkflowCore
import WorkflowModules

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
            case new, finished, known
        }
        let finding = state.withLock { state -> Finding in
            state.lastContact = now
            guard let receipt else { return .new }
            state.pulls.arrived()
            if state.finished.contains(receipt.sequence) { return .finished }
            defer { state.held[receipt.sequence] = (receipt, now) }
            return state.held[receipt.sequence] == nil ? .new : .known
        }
        switch finding {
        case .new: take(message, receipt, now)
        case .finished:
            if let receipt { link.answer(receipt, .done) }
        case .known: break
        }
        pull()
    }

    private func take(_ message: NATSMessage, _ receipt: DeliveryReceipt?, _ now: Timestamp) {
        guard let current = line.current else {
            if let receipt { settle(receipt, as: .again(after: .zero)) }
            return
        }
        guard receipt != nil || line.waiting < Self.waitingInCoreMode else {
            return link.logger.warning(
                "A message of core NATS was dropped, since too many wait",
                metadata: ["broker.subscription": "\(line.name)", "message.topic": "\(message.subject)"])
        }
        add(delivery(of: message, receipt, current.options, now))
    }

    private func delivery(
        of message: NATSMessage, _ receipt: DeliveryReceipt?, _ options: DeliveryOptions, _ now: Timestamp
    ) -> Delivery<DeliveryReceipt> {
        do {
            let decoded = try link.configuration.codec.decode(
                message, receipt, maxPayload: options.maxPayload, now: now)
            var delivery = Delivery(message: decoded, receipt: receipt)
            let limit = 2 * options.maxDeliveries
            if decoded.deliveryAttempt > limit {
                delivery.problem = "The message was delivered \(limit) times and never answered."
            }
            return delivery
        } catch let error as CloudEventFormat.Unreadable {
            return Delivery(message: error.message, receipt: receipt, problem: error.description)
        } catch {
            let unknown = Message(id: message.reply, topic: message.subject, payload: .null, timestamp: now)
            return Delivery(message: unknown, receipt: receipt, problem: "\(error)")
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
}
#endif
