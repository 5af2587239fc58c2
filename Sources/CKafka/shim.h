#pragma once

// The C client of Kafka; without it the module is empty, and only builds that leave the trait out succeed.
#if __has_include(<librdkafka/rdkafka.h>)
#include <librdkafka/rdkafka.h>
#if __has_include(<librdkafka/rdkafka_mock.h>)
#include <librdkafka/rdkafka_mock.h>
#endif

/// Hands a message to a producer, which copies key and content; variadic functions cannot be called from Swift.
///
/// The header fields belong to the producer when that has worked, and to the caller otherwise.
static inline rd_kafka_resp_err_t workflow_kafka_produce(
    rd_kafka_t *_Nonnull producer, const char *_Nonnull topic, const void *_Nullable key, size_t keySize,
    const void *_Nullable content, size_t contentSize, rd_kafka_headers_t *_Nonnull headers, void *_Nullable opaque) {
    return rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY((void *)key, keySize), RD_KAFKA_V_VALUE((void *)content, contentSize),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}
#endif
