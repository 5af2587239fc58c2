#if NATS
import CNATS

/// A message as it is on the wire.
struct NATSMessage: Sendable {
    /// Header fields in their order.
    typealias Headers = [(name: String, value: String)]

    var subject: String
    var reply = ""
    var headers: Headers = []
    var body: [UInt8] = []

    /// The value of a header field, whose name is not sensitive to case; `nil` when it is not there.
    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }

    /// The number of a message of the server that is not one of a publisher: 100, 404, 408, 409, 503.
    var status: Int? { headers.isEmpty ? nil : header("status").flatMap { Int($0) } }
}

extension NATSMessage {
    /// Copies a message of the library.
    init(_ message: OpaquePointer) {
        subject = natsMsg_GetSubject(message).map { String(cString: $0) } ?? ""
        reply = natsMsg_GetReply(message).map { String(cString: $0) } ?? ""
        let count = Int(natsMsg_GetDataLength(message))
        if count > 0, let data = natsMsg_GetData(message) {
            body = Array(UnsafeRawBufferPointer(start: data, count: count))
        }
        var keys: UnsafeMutablePointer<UnsafePointer<CChar>?>?
        var number: Int32 = 0
        guard natsMsgHeader_Keys(message, &keys, &number) == NATS_OK, let keys else { return }
        defer { workflow_nats_free(keys) }
        for index in 0..<Int(number) {
            var value: UnsafePointer<CChar>?
            guard let key = keys[index], natsMsgHeader_Get(message, key, &value) == NATS_OK else { continue }
            headers.append((String(cString: key), value.map { String(cString: $0) } ?? ""))
        }
    }

    /// Calls `body` with a message of the library that is the same.
    ///
    /// - Throws: ``NATSError``, or what `body` throws.
    func withLibraryMessage<Result>(_ body: (OpaquePointer) throws -> Result) throws -> Result {
        var message: OpaquePointer?
        let bytes = self.body
        let status = bytes.withUnsafeBytes { bytes in
            natsMsg_Create(
                &message, subject, reply.isEmpty ? nil : reply,
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
        try NATSError.check(status)
        guard let message else { throw NATSError(status: NATS_NO_MEMORY) }
        defer { natsMsg_Destroy(message) }
        for (name, value) in headers { try NATSError.check(natsMsgHeader_Set(message, name, value)) }
        return try body(message)
    }
}

/// An error of the library.
struct NATSError: Error, CustomStringConvertible {
    let status: natsStatus
    /// What the library adds to it.
    var detail = ""

    var description: String {
        let text = natsStatus_GetText(status).map { String(cString: $0) } ?? "error \(status.rawValue)"
        // The library begins with the place in its source.
        let reason = detail.ranges(of: "): ").last.map { String(detail[$0.upperBound...]) } ?? detail
        return reason.isEmpty || reason == text ? text : "\(text): \(reason)"
    }

    /// Throws unless a call has worked.
    static func check(_ status: natsStatus) throws {
        guard status != NATS_OK else { return }
        throw NATSError(status: status)
    }

    /// Throws, with what the library says about the last call of this thread, unless that has worked.
    static func checkWithDetail(_ status: natsStatus) throws {
        guard status != NATS_OK else { return }
        throw NATSError(status: status, detail: nats_GetLastError(nil).map { String(cString: $0) } ?? "")
    }
}
#endif
