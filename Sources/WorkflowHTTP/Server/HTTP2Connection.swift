import NIOCore
import NIOHTTP2
import WorkflowCore

/// One HTTP/2 connection: keeps its streams for the timeouts and for stopping.
final class HTTP2Connection: ChannelInboundHandler, ServerConnection, @unchecked Sendable {
    // `@unchecked`: the variables are only touched on the event loop.
    typealias InboundIn = HTTP2Frame

    let loop: ServerLoop
    let settings: ConnectionSettings
    let isSecure: Bool
    let peer: Peer
    private let channel: any Channel
    private var streams: [ObjectIdentifier: HTTP2Stream] = [:]
    private var lastUse: NIODeadline
    private var isDraining = false
    /// The bytes of all streams that the client has not taken yet.
    private var unsentBytes = 0
    /// Requests that wait until the client has taken more.
    private var held: [() -> Void] = []

    /// How much may be unsent when a further request is begun.
    private static let unsentLimit = 4 << 20

    init(loop: ServerLoop, settings: ConnectionSettings, channel: any Channel, isSecure: Bool, peer: Peer) {
        self.loop = loop
        self.settings = settings
        self.channel = channel
        self.isSecure = isSecure
        self.peer = peer
        self.lastUse = loop.now
    }

    var idleSince: NIODeadline? { streams.isEmpty ? lastUse : nil }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is NIOHTTP2Errors.StreamError, is NIOHTTP2Errors.NoSuchStream, is NIOHTTP2Errors.StreamClosed:
            // Frames of a stream that is just being reset: nothing that a well-behaved client could avoid.
            break
        default:
            // NIO has sent GOAWAY, and leaves the closing to us. It does not tell errors of a stream from those of
            // the connection; RFC 9113, section 5.4, allows to treat the former like the latter.
            context.close(promise: nil)
        }
    }

    func add(_ stream: HTTP2Stream) {
        streams[ObjectIdentifier(stream)] = stream
    }

    func remove(_ stream: HTTP2Stream) {
        streams.removeValue(forKey: ObjectIdentifier(stream))
        lastUse = loop.now
    }

    /// Begins a request now, or when the client has taken enough of the responses before it.
    func begin(_ request: @escaping () -> Void) {
        if held.isEmpty, unsentBytes <= Self.unsentLimit { request() } else { held.append(request) }
    }

    /// Counts bytes that a stream has written.
    func hasWritten(_ bytes: Int) {
        unsentBytes += bytes
    }

    /// Counts bytes that the client has taken, or that were dropped with their stream.
    func hasLeft(_ bytes: Int) {
        unsentBytes -= bytes
        guard !held.isEmpty, unsentBytes <= Self.unsentLimit else { return }
        // Not in the middle of what NIO is doing.
        loop.eventLoop.assumeIsolated().execute { [self] in
            while !held.isEmpty, unsentBytes <= Self.unsentLimit { held.removeFirst()() }
        }
    }

    func sweep(now: NIODeadline) {
        for stream in streams.values { stream.sweep(now: now) }
        guard streams.isEmpty else { return }
        let limit = lastUse + settings.idleTimeout
        if now >= limit { drain() }
        // A client that does not answer the announced end is not waited for.
        if now >= limit + settings.readTimeout { channel.close(promise: nil) }
    }

    func drain() {
        guard !isDraining else { return }
        isDraining = true
        // NIO's connection handler sends GOAWAY and closes after the last stream.
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    func cut() -> Int {
        let count = streams.values.reduce(0) { $0 + $1.cut() }
        channel.cutOff()
        return count
    }
}
