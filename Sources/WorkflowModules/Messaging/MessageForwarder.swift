import Synchronization
import WorkflowCore

/// Passes the messages of a module on to other topics.
struct MessageForwarder: MessageHandler {
    /// The module whose messages they are.
    let producer: String
    let topics: [String]
    let broker: String
    let publisher: EventPublisher

    func handle(_ message: Message) async throws {
        for topic in topics {
            try await publisher.publish(
                to: topic, message.payload, key: message.key, id: "\(message.id)>\(producer)>\(topic)", broker: broker)
        }
    }
}

/// Handles a message and then passes it on.
struct ForwardingHandler: MessageHandler {
    let handler: any MessageHandler
    let receivers: [any MessageHandler]

    func handle(_ message: Message) async throws {
        try await handler.handle(message)
        for receiver in receivers { try await receiver.handle(message) }
    }
}

/// Who wants the messages of a module.
final class MessageReceivers: Sendable {
    private let receivers = Mutex<[any MessageHandler]>([])

    func add(_ receiver: any MessageHandler) {
        receivers.withLock { $0.append(receiver) }
    }

    func pass(_ message: Message) async throws {
        for receiver in receivers.withLock({ $0 }) { try await receiver.handle(message) }
    }
}
