import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A client connection that sends and receives bytes as they are.
final class RawConnection: Sendable {
    struct Timeout: Error, CustomStringConvertible {
        let received: String
        var description: String { "nothing more came within the time; so far: \(received)" }
    }

    struct Closed: Error, CustomStringConvertible {
        let received: String
        var description: String { "the server closed the connection; so far: \(received)" }
    }

    private struct State {
        var bytes: [UInt8] = []
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let connection: RawConnection

        init(_ connection: RawConnection) {
            self.connection = connection
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            connection.change { $0.bytes.append(contentsOf: bytes.readableBytesView) }
        }

        func channelInactive(context: ChannelHandlerContext) {
            connection.change { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private let state = Mutex(State())
    private let storedChannel = Mutex<(any Channel)?>(nil)

    private init() {}

    var channel: any Channel {
        get throws {
            guard let channel = storedChannel.withLock({ $0 }) else { throw ChannelError.alreadyClosed }
            return channel
        }
    }

    static func open(
        port: Int = 0, unixSocket: String? = nil, autoRead: Bool = true, receiveBuffer: Int? = nil,
        tls: NIOSSLContext? = nil
    ) async throws -> RawConnection {
        let connection = RawConnection()
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.autoRead, value: autoRead)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: nil)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(Collector(connection))
                }
            }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(ChannelOptions.socketOption(.so_rcvbuf), value: receiveBuffer)
        }
        let channel: any Channel
        if let unixSocket {
            channel = try await bootstrap.connect(unixDomainSocketPath: unixSocket).get()
        } else {
            channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
        }
        connection.storedChannel.withLock { $0 = channel }
        return connection
    }

    private func change(_ body: (inout State) -> Void) {
        let waiter = state.withLock { state in
            body(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        let channel = try channel
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Sends without waiting for the bytes to leave; the server may close meanwhile.
    func sendIgnoringErrors(_ bytes: [UInt8]) throws {
        let channel = try channel
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    /// Takes once what has arrived, on a connection that does not read by itself.
    ///
    /// Waits for its event loop: reads that are asked for faster than it can make them would leave it no time for anything
    /// else, the server included.
    func readOnce() async throws {
        let channel = try channel
        try await channel.eventLoop.submit { channel.read() }.get()
    }

    /// Waits until `take` finds what it looks for in the bytes received so far, and removes nothing else.
    ///
    /// - Parameter take: Gets the bytes so far and whether the server has closed; returns how many bytes to remove.
    func receive<Value>(
        timeout: Duration = .seconds(10), _ take: ([UInt8], _ isClosed: Bool) throws -> (Value, count: Int)?
    ) async throws -> Value {
        let deadline = ContinuousClock.now + timeout
        while true {
            let (bytes, isClosed) = state.withLock { ($0.bytes, $0.isClosed) }
            if let (value, count) = try take(bytes, isClosed) {
                state.withLock { $0.bytes.removeFirst(count) }
                return value
            }
            if isClosed { throw Closed(received: String(decoding: bytes, as: UTF8.self)) }
            let remaining = deadline - ContinuousClock.now
            guard remaining > .zero else { throw Timeout(received: String(decoding: bytes, as: UTF8.self)) }
            let timer = try channel.eventLoop.scheduleTask(in: TimeAmount(remaining)) { self.change { _ in } }
            await withCheckedContinuation { continuation in
                let hasNews = state.withLock { state in
                    if state.bytes.count != bytes.count || state.isClosed { return true }
                    state.waiter = continuation
                    return false
                }
                if hasNews { continuation.resume() }
            }
            timer.cancel()
        }
    }

    /// Waits until the server closes, and returns what it sent before.
    func receiveToEnd(timeout: Duration = .seconds(10)) async throws -> [UInt8] {
        try await receive(timeout: timeout) { bytes, isClosed in isClosed ? (bytes, bytes.count) : nil }
    }

    /// Waits for `text` and returns everything up to its end.
    func receive(until text: String, timeout: Duration = .seconds(10)) async throws -> String {
        try await receive(timeout: timeout) { bytes, _ in
            let received = String(decoding: bytes, as: UTF8.self)
            guard let range = received.range(of: text) else { return nil }
            let head = String(received[..<range.upperBound])
            return (head, head.utf8.count)
        }
    }

    /// Waits for one response.
    func response(toHead: Bool = false, timeout: Duration = .seconds(10)) async throws -> RawResponse {
        try await receive(timeout: timeout) { bytes, isClosed in
            try RawResponse.parse(bytes, isHead: toHead, isClosed: isClosed)
        }
    }

    func close() async throws {
        try await channel.close().get()
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
