#if Kafka
import WorkflowCore
import WorkflowModules

extension KafkaModule.Configuration {
    /// What the connection is made with.
    func link(clientName: String) -> KafkaLinkConfiguration {
        var settings = KafkaSettings(brokers: brokers.addresses, clientID: clientId.isEmpty ? clientName : clientId)
        settings.tls = tls.map {
            KafkaSettings.TLS(
                authority: $0.ca?.resolved, certificate: $0.cert?.resolved, key: $0.key?.resolved,
                keyPassword: $0.keyPassword.value, isUnchecked: $0.insecure)
        }
        settings.login = sasl.map {
            KafkaSettings.Login(mechanism: $0.mechanism, user: $0.user, password: $0.password.value)
        }
        (settings.connectTimeout, settings.requestTimeout) = (connectTimeout, requestTimeout)
        (settings.topicRefresh, settings.maxPayload, settings.compression) = (topicRefresh, maxPayload, compression)
        return KafkaLinkConfiguration(
            settings: settings, codec: KafkaCodec(topics: KafkaTopics(prefix: topicPrefix, group: groupId)),
            consumer: KafkaConsumerSetup(
                isFromStart: start == "earliest", sessionTimeout: ackWait, commitInterval: commitInterval,
                handoverLimit: handoverWait),
            creation: autoCreate ? KafkaTopicCreation(partitions: partitions, replicas: replicas) : nil,
            deadLetterTopic: deadLetterTopic)
    }

    /// Bounds and retries of subscriptions.
    var options: DeliveryOptions {
        DeliveryOptions(
            prefetch: prefetch, concurrency: concurrency, maxDeliveries: maxDeliver,
            backoff: Backoff(base: retryBackoff, limit: retryLimit), maxPayload: maxPayload)
    }
}
#endif
