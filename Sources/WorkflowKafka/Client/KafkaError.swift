#if Kafka
import CKafka

/// An error of the library, or one that it passes on from a broker.
struct KafkaError: Error, Equatable, CustomStringConvertible {
    let code: rd_kafka_resp_err_t
    /// What the library adds to it.
    var detail = ""

    var description: String {
        let reason = Self.withoutState(detail)
        return reason.isEmpty ? String(cString: rd_kafka_err2str(code)) : reason
    }

    /// Whether nothing can be published any more until there is a new producer.
    var isFatal: Bool { code == RD_KAFKA_RESP_ERR__FATAL }

    /// Whether it says something of the connection, in contrast to a consequence of it.
    var isOfConnection: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__RESOLVE,
            RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
            true
        default: false
        }
    }

    /// Whether this client may not do what it tried.
    var isOfRights: Bool {
        code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED || code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED
    }

    /// Whether a broker does not let this client in.
    var isOfLogin: Bool {
        code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED
    }

    /// Throws unless a call has worked.
    static func check(_ code: rd_kafka_resp_err_t) throws {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(code: code)
    }

    /// Throws, and frees, an error object.
    static func check(_ error: OpaquePointer?) throws {
        guard let error else { return }
        defer { rd_kafka_error_destroy(error) }
        throw KafkaError(code: rd_kafka_error_code(error), detail: String(cString: rd_kafka_error_string(error)))
    }

    /// Calls a function that writes a reason into a buffer.
    static func withReason<Result>(
        _ body: (UnsafeMutablePointer<CChar>?, Int) throws -> Result
    ) rethrows -> (result: Result, reason: String) {
        try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            buffer.initialize(repeating: 0)
            let result = try body(buffer.baseAddress, buffer.count)
            return (result, buffer.baseAddress.map { String(cString: $0) } ?? "")
        }
    }

    // The times and states in parentheses differ from attempt to attempt.
    private static func withoutState(_ text: String) -> String {
        guard let start = text.firstRange(of: " (after ")?.lowerBound else { return text }
        return String(text[..<start])
    }
}
#endif
