#if Kafka
import CKafka

/// A message as it is on the wire.
struct KafkaRecord: Sendable {
    /// Header fields in their order.
    typealias Headers = [(name: String, value: String)]

    var topic: String
    var partition: Int32 = -1
    var offset: Int64 = -1
    /// When it was made, in milliseconds since 1970; negative when that is not known.
    var timestamp: Int64 = -1
    var key: [UInt8] = []
    var headers: Headers = []
    var body: [UInt8] = []

    /// The value of a header field, whose name is not sensitive to case; `nil` when it is not there.
    func header(_ name: String) -> String? {
        headers.last { $0.name.lowercased() == name }?.value
    }

    /// How many bytes it has.
    var size: Int { headers.reduce(key.count + body.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 8 } }
}

extension KafkaRecord {
    /// Copies a message of the library.
    init(_ message: UnsafePointer<rd_kafka_message_t>) {
        topic = message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? ""
        partition = message.pointee.partition
        offset = message.pointee.offset
        timestamp = rd_kafka_message_timestamp(message, nil)
        if let key = message.pointee.key {
            self.key = Array(UnsafeRawBufferPointer(start: key, count: message.pointee.key_len))
        }
        if let content = message.pointee.payload {
            body = Array(UnsafeRawBufferPointer(start: content, count: message.pointee.len))
        }
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return }
        var index = 0
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            let bytes = UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : size)
            headers.append((name.map { String(cString: $0) } ?? "", String(decoding: bytes, as: UTF8.self)))
            index += 1
        }
    }

    /// Hands the record to a producer.
    ///
    /// - Parameter opaque: What the report of the delivery brings back.
    func enqueue(on producer: OpaquePointer, opaque: UnsafeMutableRawPointer?) -> rd_kafka_resp_err_t {
        guard let list = rd_kafka_headers_new(headers.count) else { return RD_KAFKA_RESP_ERR__FAIL }
        for (name, value) in headers {
            var value = value
            let code = value.withUTF8 { bytes in
                rd_kafka_header_add(list, name, -1, bytes.baseAddress, bytes.count)
            }
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                rd_kafka_headers_destroy(list)
                return code
            }
        }
        let code = key.withUnsafeBytes { key in
            body.withUnsafeBytes { body in
                workflow_kafka_produce(
                    producer, topic, key.isEmpty ? nil : key.baseAddress, key.count, body.baseAddress, body.count, list,
                    opaque)
            }
        }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_headers_destroy(list) }
        return code
    }
}
#endif
