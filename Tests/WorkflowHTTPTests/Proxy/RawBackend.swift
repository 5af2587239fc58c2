import NIOCore
import NIOPosix
import Synchronization

/// A backend whose every byte a test decides.
final class RawBackend: Sendable {
    let port: Int
    private let listener: any Channel
    private let peers: AsyncStream<RawPeer>
    private let counter: Counter

    private init(listener: any Channel, peers: AsyncStream<RawPeer>, counter: Counter) {
        self.listener = listener
        self.peers = peers
        port = listener.localAddress?.port ?? 0
        self.counter = counter
    }

    /// Counts connections.
    fileprivate final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }

    /// How many connections there have been.
    var connectionCount: Int { counter.value.load(ordering: .relaxed) }

    var url: String { "http://127.0.0.1:\(port)" }

    static func open(autoRead: Bool = true) async throws -> RawBackend {
        let (peers, continuation) = AsyncStream.makeStream(of: RawPeer.self)
        let counter = Counter()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(ChannelOptions.autoRead, value: autoRead)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let peer = RawPeer(channel: channel)
                    try channel.pipeline.syncOperations.addHandler(RawPeer.Collector(peer))
                    counter.value.add(1, ordering: .relaxed)
                    continuation.yield(peer)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RawBackend(listener: listener, peers: peers, counter: counter)
    }

    /// The next connection that the proxy makes.
    func accept() async throws -> RawPeer {
        guard let peer = await peers.first(where: { _ in true }) else { throw ChannelError.alreadyClosed }
        return peer
    }

    func close() async throws {
        try await listener.close().get()
    }
}

/// The backend's end of a connection.
final class RawPeer: Sendable {
    fileprivate final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let peer: RawPeer

        init(_ peer: RawPeer) {
            self.peer = peer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            peer.feed.yield(Array(unwrapInboundIn(data).readableBytesView))
        }

        func channelInactive(context: ChannelHandlerContext) {
            peer.feed.finish()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    let channel: any Channel
    private let chunks: AsyncStream<[UInt8]>
    fileprivate let feed: AsyncStream<[UInt8]>.Continuation
    private let received = Mutex<[UInt8]>([])

    init(channel: any Channel) {
        self.channel = channel
        (chunks, feed) = AsyncStream.makeStream(of: [UInt8].self)
    }

    struct Closed: Error {
        let received: String
    }

    /// Waits for `text` and returns everything up to its end.
    func receive(until text: String) async throws -> String {
        let pattern = Array(text.utf8)
        while true {
            let found = received.withLock { bytes -> [UInt8]? in
                guard bytes.count >= pattern.count,
                    let start = (0...bytes.count - pattern.count).first(where: {
                        bytes[$0..<$0 + pattern.count].elementsEqual(pattern)
                    })
                else { return nil }
                let head = Array(bytes[..<(start + pattern.count)])
                bytes.removeFirst(head.count)
                return head
            }
            if let found { return String(decoding: found, as: UTF8.self) }
            guard let chunk = await chunks.first(where: { _ in true }) else {
                throw Closed(received: received.withLock { String(decoding: $0, as: UTF8.self) })
            }
            received.withLock { $0 += chunk }
        }
    }

    /// Waits for so many bytes.
    func receive(count: Int) async throws -> [UInt8] {
        while received.withLock({ $0.count }) < count {
            guard let chunk = await chunks.first(where: { _ in true }) else { throw Closed(received: "") }
            received.withLock { $0 += chunk }
        }
        return received.withLock { bytes in
            defer { bytes.removeFirst(count) }
            return Array(bytes[..<count])
        }
    }

    /// Waits for the head of a request; its lines in lower case.
    func head() async throws -> [String] {
        try await receive(until: "\r\n\r\n").lowercased().split(separator: "\r\n").map(String.init)
    }

    /// Waits until the proxy closes, and returns what came before.
    func receiveToEnd() async -> String {
        for await chunk in chunks { received.withLock { $0 += chunk } }
        return received.withLock { String(decoding: $0, as: UTF8.self) }
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    /// Answers and keeps the connection.
    func answer(_ body: String, status: String = "200 OK", headers: String = "") async throws {
        try await send("HTTP/1.1 \(status)\r\ncontent-length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }

    func close() async throws {
        try await channel.close().get()
    }
}
