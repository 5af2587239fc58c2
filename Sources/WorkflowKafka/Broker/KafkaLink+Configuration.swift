#if Kafka
import WorkflowCore

/// How topics are made that are not there.
struct KafkaTopicCreation: Sendable, Hashable {
    var partitions = 6
    /// How many brokers keep a topic; 0 for what they say.
    var replicas = 0
}

/// How consumers behave.
struct KafkaConsumerSetup: Sendable, Hashable {
    /// Whether a new subscription begins with the first message that is kept instead of the next one.
    var isFromStart = false
    /// How long the brokers wait for a sign of life before others get the messages.
    var sessionTimeout: Duration = .seconds(30)
    /// How long it takes at most until the brokers hear of what has been handled.
    var commitInterval: Duration = .milliseconds(200)
    /// How long a partition that goes to another node waits for its handlers.
    var handoverLimit: Duration = .seconds(10)
}

/// What tells connections to a cluster apart.
struct KafkaLinkConfiguration: Sendable, Hashable {
    var settings: KafkaSettings
    /// How messages are written and read.
    var codec: KafkaCodec
    var consumer = KafkaConsumerSetup()
    /// `nil` when topics are not made.
    var creation: KafkaTopicCreation? = KafkaTopicCreation()
    /// Where dead letters go as well; empty for nowhere.
    var deadLetterTopic = ""
}
#endif
