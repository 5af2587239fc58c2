/// A client connection that sends and receives the frames of HTTP/2 as they are.
struct HTTP2Frames {
    struct Frame: Equatable {
        var type: UInt8
        var flags: UInt8
        var stream: UInt32
        var payload: [UInt8]

        /// The error code of RST_STREAM.
        var code: UInt8? { type == 3 ? payload.last : nil }
    }

    private let connection: RawConnection

    /// Opens a connection by prior knowledge.
    ///
    /// - Parameters:
    ///   - port: The port of the server.
    ///   - window: How much of a response the server may send before it is told to go on.
    static func open(port: Int, window: UInt32) async throws -> HTTP2Frames {
        let frames = HTTP2Frames(connection: try await RawConnection.open(port: port))
        try await frames.connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        try await frames.send(4, payload: [0, 4] + Self.bytes(window))
        return frames
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }

    func send(_ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8]) async throws {
        let head = Array(Self.bytes(UInt32(payload.count)).dropFirst()) + [type, flags] + Self.bytes(stream)
        try await connection.send(head + payload)
    }

    /// Sends `GET /`.
    func get(stream: UInt32) async throws {
        // HPACK: the first three by their index, then `:authority: t` as a literal.
        try await send(1, flags: 0x5, stream: stream, payload: [0x82, 0x84, 0x86, 0x41, 1, UInt8(ascii: "t")])
    }

    /// Allows `count` more bytes, on one stream or (0) on the connection.
    func openWindow(_ count: UInt32, stream: UInt32 = 0) async throws {
        try await send(8, stream: stream, payload: Self.bytes(count))
    }

    /// Returns when the server has acted on everything that was sent before.
    func synchronize() async throws {
        try await send(6, payload: Array("12345678".utf8))
        _ = try await next { $0.type == 6 && $0.flags == 1 }
    }

    /// Skips frames until one fits.
    func next(_ fits: (Frame) -> Bool) async throws -> Frame {
        while true {
            let frame = try await connection.receive { bytes, _ -> (Frame, count: Int)? in
                guard bytes.count >= 9 else { return nil }
                func number(_ range: Range<Int>) -> UInt32 { bytes[range].reduce(0) { $0 << 8 | UInt32($1) } }
                let length = Int(number(0..<3))
                guard bytes.count >= 9 + length else { return nil }
                let frame = Frame(
                    type: bytes[3], flags: bytes[4], stream: number(5..<9), payload: Array(bytes[9..<9 + length]))
                return (frame, 9 + length)
            }
            if fits(frame) { return frame }
        }
    }

    func receiveToEnd() async throws {
        _ = try await connection.receiveToEnd()
    }

    func close() async throws {
        try await connection.close()
    }
}
