#if Kafka
import CKafka
import Dispatch
import Logging
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A client of the library, a producer or a consumer.
///
/// `@unchecked Sendable`: the library locks its objects itself, and the pointers never change.
final class KafkaHandle: @unchecked Sendable {
    /// What the callback of the log gets.
    private final class LogTarget: Sendable {
        let logger: Logger

        init(_ logger: Logger) {
            self.logger = logger
        }
    }

    let pointer: OpaquePointer
    /// Where calls run that may block, one after another, and the events of the client.
    let calls: DispatchQueue
    private let log: Unmanaged<LogTarget>
    /// Whether this is a consumer that has subscribed and not got its first partitions, or an empty list of them.
    private let isAwaitingPartitions = Atomic(false)

    /// Makes a client; it connects by itself, again and again.
    ///
    /// - Parameters:
    ///   - kind: Producer or consumer.
    ///   - settings: What the library is told.
    ///   - events: What comes as an event.
    ///   - logger: Where the library logs to.
    /// - Throws: ``KafkaError`` when a setting is refused, such as a file that cannot be read.
    init(
        _ kind: rd_kafka_type_t, settings: [(name: String, value: String)], events: Int32, logger: Logger
    ) throws {
        for (name, value) in settings where name.hasPrefix("ssl.") && name.hasSuffix(".location") {
            // The library would not say which file it is.
            guard access(value, R_OK) == 0 else {
                throw KafkaError(code: RD_KAFKA_RESP_ERR__INVALID_ARG, detail: "\(value) cannot be read")
            }
        }
        guard let configuration = rd_kafka_conf_new() else { throw KafkaError(code: RD_KAFKA_RESP_ERR__FAIL) }
        for (name, value) in settings {
            let (result, reason) = KafkaError.withReason { buffer, size in
                rd_kafka_conf_set(configuration, name, value, buffer, size)
            }
            guard result == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(configuration)
                throw KafkaError(code: RD_KAFKA_RESP_ERR__INVALID_ARG, detail: reason)
            }
        }
        let log = Unmanaged.passRetained(LogTarget(logger))
        rd_kafka_conf_set_events(configuration, events)
        rd_kafka_conf_set_opaque(configuration, log.toOpaque())
        rd_kafka_conf_set_log_cb(configuration) { client, level, facility, text in
            guard let client, let target = rd_kafka_opaque(client) else { return }
            KafkaLog.write(
                Unmanaged<LogTarget>.fromOpaque(target).takeUnretainedValue().logger, level: level,
                facility: facility.map { String(cString: $0) } ?? "", text: text.map { String(cString: $0) } ?? "")
        }
        let (created, reason) = KafkaError.withReason { buffer, size in
            rd_kafka_new(kind, configuration, buffer, size)
        }
        guard let created else {
            rd_kafka_conf_destroy(configuration)
            log.release()
            throw KafkaError(code: RD_KAFKA_RESP_ERR__INVALID_ARG, detail: reason)
        }
        pointer = created
        self.log = log
        calls = DispatchQueue(label: "workflow.kafka.calls")
    }

    /// Runs a call that may block.
    func call<Result: Sendable>(_ body: @escaping @Sendable (OpaquePointer) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            calls.async { continuation.resume(with: Swift.Result { try body(self.pointer) }) }
        }
    }

    /// Notes that the group is joined from now on.
    func willSubscribe() {
        isAwaitingPartitions.store(true, ordering: .releasing)
    }

    /// Notes that the group has given partitions, or none, to this member.
    func didGetPartitions() {
        isAwaitingPartitions.store(false, ordering: .releasing)
    }

    /// Whether the library would abort the process: versions before 2.3 do so (confluentinc/librdkafka#4312) when a member
    /// of a group is destroyed that has never been given its part.
    private var mustNotBeDestroyed: Bool {
        isAwaitingPartitions.load(ordering: .acquiring) && rd_kafka_version() < 0x0203_0000
    }

    deinit {
        // Blocks until the threads of the library have ended.
        let pointer = UInt(bitPattern: pointer)
        let (log, isKept) = (log, mustNotBeDestroyed)
        DispatchQueue(label: "workflow.kafka.closing").async {
            let client = OpaquePointer(bitPattern: pointer)
            // One that is kept has left the group, and costs its threads until the process ends.
            guard !isKept else { return _ = rd_kafka_unsubscribe(client) }
            rd_kafka_destroy_flags(client, Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
            log.release()
        }
    }
}

/// What the library has to say.
enum KafkaLog {
    /// Failures of connections, which come with each attempt; the broker tells of them once.
    private static let repeated: Set<String> = ["FAIL", "ERROR", "CONNECT"]

    static func write(_ logger: Logger, level: Int32, facility: String, text: String) {
        logger.log(
            level: repeated.contains(facility) ? .debug : self.level(ofSystemLog: level), "The Kafka client says",
            metadata: ["kafka.facility": "\(facility)", "kafka.text": "\(text)"])
    }

    /// The level of a severity of syslog.
    static func level(ofSystemLog level: Int32) -> Logger.Level {
        switch level {
        case ...2: .critical
        case 3: .error
        case 4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
    }
}
#endif
