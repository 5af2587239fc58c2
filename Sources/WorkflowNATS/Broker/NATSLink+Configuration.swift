#if NATS
import WorkflowCore

/// A stream of JetStream as this application wants it.
struct NATSStream: Sendable, Hashable {
    var name: String
    /// What it takes in.
    var subjects: [String]
    /// Whether it is made when it is not there.
    var isCreated = true
    var isInMemory = false
    /// Whether messages go as soon as all consumers have handled them.
    var isInterestOnly = false
    var replicas = 1
    /// How long messages are kept; zero for ever.
    var maxAge: Duration = .seconds(7 * 86_400)
    /// How many bytes are kept; 0 for no bound.
    var maxBytes = 0
    /// How long a second message with the same identifier is left out.
    var duplicateWindow: Duration = .seconds(600)

    /// As the server wants it.
    var json: JSONValue {
        [
            "name": .string(name), "subjects": .array(subjects.map { .string($0) }),
            "retention": isInterestOnly ? "interest" : "limits", "storage": isInMemory ? "memory" : "file",
            "num_replicas": .integer(Int64(replicas)), "max_age": .integer(maxAge.wholeNanoseconds),
            "max_bytes": .integer(maxBytes > 0 ? Int64(maxBytes) : -1), "max_msgs": -1, "max_consumers": -1,
            "discard": "old", "duplicate_window": .integer(duplicateWindow.wholeNanoseconds),
        ]
    }
}

/// How consumers of JetStream are set up.
struct NATSConsumerSetup: Sendable, Hashable {
    /// How long the server waits for a sign of life before it delivers a message again.
    var ackWait: Duration = .seconds(30)
    /// How many messages all nodes together may have in hand.
    var maxAckPending = 1000
    /// Whether a new consumer begins with the first message that is kept instead of the next one.
    var isFromStart = false

    /// As the server wants it.
    func json(name: String, stream: NATSStream, subject: String) -> JSONValue {
        var config: JSONObject = [
            "durable_name": .string(name), "deliver_policy": isFromStart ? "all" : "new", "ack_policy": "explicit",
            "ack_wait": .integer(ackWait.wholeNanoseconds), "max_deliver": -1, "filter_subject": .string(subject),
            "replay_policy": "instant", "max_ack_pending": .integer(Int64(maxAckPending)),
        ]
        // One that nobody asks goes together with the messages that it has missed.
        if stream.maxAge > .zero { config["inactive_threshold"] = .integer(stream.maxAge.wholeNanoseconds) }
        return ["stream_name": .string(stream.name), "config": .object(config)]
    }
}

/// What tells connections to a server apart.
struct NATSLinkConfiguration: Sendable, Hashable {
    var settings: NATSSettings
    /// How messages are written and read.
    var codec: NATSCodec
    /// `nil` for core NATS.
    var stream: NATSStream?
    var consumer = NATSConsumerSetup()
    /// How long an answer of the server may take.
    var requestTimeout: Duration = .seconds(5)
}
#endif
