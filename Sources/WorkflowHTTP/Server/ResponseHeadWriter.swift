import HTTPTypes
import NIOCore

/// Writes the head of an HTTP/1.1 response.
struct ResponseHeadWriter {
    /// How the end of the body is told to the client.
    enum Framing: Equatable {
        /// The status has no body and no length: 204.
        case none
        /// No length is known and no body follows: HEAD, 304.
        case unstated
        case length(Int64)
        case chunked
        /// The connection is closed after the body, for HTTP/1.0.
        case untilClose
    }

    /// What `connection` says.
    enum Connection {
        case unstated
        case keepAlive
        case close
        /// The connection goes on with this protocol.
        case upgrade(String)
    }

    var status: HTTPResponse.Status
    var framing: Framing
    var connection: Connection
    /// The whole line with the date, and the one with the server's name, which may be empty.
    var dateLine: [UInt8]
    var serverLine: [UInt8]

    /// Writes the head and the empty line after it.
    ///
    /// The fields that concern the connection or the framing are the server's business and left out of `fields`.
    /// Names and values cannot hold line breaks: `HTTPField` does not let them in.
    func write(_ fields: HTTPFields, to buffer: inout ByteBuffer) {
        let reason = status.reasonPhrase.isEmpty ? ReasonPhrase.of(status.code) : status.reasonPhrase
        var capacity = 160 + dateLine.count + serverLine.count + reason.utf8.count
        if case .upgrade(let name) = connection { capacity += name.utf8.count }
        for field in fields { capacity += field.name.rawName.utf8.count + field.value.utf8.count + 4 }
        _ = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { raw in
            var cursor = ByteCursor(raw)
            writeStatusLine(reason, to: &cursor)
            var hasDate = false
            for field in fields {
                let name = field.name.canonicalName
                if Self.isReserved(name) { continue }
                if name == "date" { hasDate = true }
                cursor.write(field.name.rawName)
                cursor.write(": ")
                field.withUnsafeBytesOfValue { cursor.write(UnsafeRawBufferPointer($0)) }
                cursor.write("\r\n")
            }
            if !hasDate { dateLine.withUnsafeBytes { cursor.write($0) } }
            serverLine.withUnsafeBytes { cursor.write($0) }
            switch framing {
            case .none, .unstated, .untilClose: break
            case .length(let length):
                cursor.write("content-length: ")
                cursor.write(decimal: length)
                cursor.write("\r\n")
            case .chunked: cursor.write("transfer-encoding: chunked\r\n")
            }
            switch connection {
            case .unstated: break
            case .keepAlive: cursor.write("connection: keep-alive\r\n")
            case .close: cursor.write("connection: close\r\n")
            case .upgrade(let name):
                cursor.write("connection: upgrade\r\nupgrade: ")
                cursor.write(name)
                cursor.write("\r\n")
            }
            cursor.write("\r\n")
            return cursor.count
        }
    }

    private func writeStatusLine(_ reason: String, to cursor: inout ByteCursor) {
        cursor.write("HTTP/1.1 ")
        cursor.write(decimal: Int64(status.code))
        cursor.write(" ")
        cursor.write(reason)
        cursor.write("\r\n")
    }

    /// Whether a field of the handler is left out because the server writes it.
    static func isReserved(_ canonicalName: String) -> Bool {
        switch canonicalName.utf8.count {
        case 7: canonicalName == "upgrade"
        case 10: canonicalName == "connection" || canonicalName == "keep-alive"
        case 14: canonicalName == "content-length"
        case 16: canonicalName == "proxy-connection"
        case 17: canonicalName == "transfer-encoding"
        default: false
        }
    }
}

/// Writes bytes one after the other into memory that is known to be large enough.
private struct ByteCursor {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count <= memory.count - count else { return }
        memory.baseAddress?.advanced(by: count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    mutating func write(_ text: StaticString) {
        write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    mutating func write(decimal number: Int64) {
        var divisor: Int64 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0, count < memory.count {
            memory[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10)
            count += 1
            divisor /= 10
        }
    }
}
