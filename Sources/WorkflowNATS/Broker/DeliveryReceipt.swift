#if NATS
import WorkflowCore

/// What the reply subject of a message of JetStream says, to which the answers go.
struct DeliveryReceipt: Sendable, Hashable {
    /// Where the answers go.
    let subject: String
    /// The place of the message in its stream, from 1.
    let sequence: UInt64
    /// How often it has been delivered, from 1.
    let deliveries: Int
    /// When the stream took it, in nanoseconds since 1970.
    let storedAt: Int64

    /// Reads a reply subject; `nil` when it is not one of JetStream.
    ///
    /// There are two forms: `$JS.ACK.stream.consumer.deliveries.sequence.consumerSequence.time.pending`, and one with domain
    /// and account after `ACK`, and perhaps more at the end.
    init?(_ subject: String) {
        let parts = subject.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 9, parts[0] == "$JS", parts[1] == "ACK" else { return nil }
        let first = parts.count == 9 ? 2 : 4
        guard parts.count >= first + 7, let deliveries = Int(parts[first + 2]),
            let sequence = UInt64(parts[first + 3]), let time = Int64(parts[first + 5])
        else { return nil }
        self.subject = subject
        self.sequence = sequence
        self.deliveries = deliveries
        storedAt = time
    }
}

/// What a consumer tells the server about a message.
enum DeliveryAnswer: Sendable, Hashable {
    /// It has been handled.
    case done
    /// It is to be delivered again, perhaps elsewhere, after a time.
    case again(after: Duration)
    /// It is still in hand.
    case inProgress
    /// It must not be delivered again.
    case never

    /// The answer as it is sent.
    var text: String {
        switch self {
        case .done: "+ACK"
        case .again(let delay):
            delay > .zero ? "-NAK {\"delay\": \(delay.wholeNanoseconds)}" : "-NAK"
        case .inProgress: "+WPI"
        case .never: "+TERM"
        }
    }
}
#endif
