import NIOCore
import NIOHTTP2
import WorkflowCore

/// One HTTP/2 connection: keeps its streams for the timeouts and for stopping.
final class HTTP2Connection: ChannelInboundHandler, ServerConnection, @unchecked Sendable {
    // `@unchecked`: the variables are only touched on the event loop.
    typealias InboundIn = HTTP2Frame

    let loop: ServerLoop
    let isSecure: Bool
    let remoteAddress: String
    private let channel: any Channel
    private var streams: [ObjectIdentifier: HTTP2Stream] = [:]
    private var idleSince: NIODeadline
    private var isDraining = false

    init(loop: ServerLoop, channel: any Channel, isSecure: Bool, remoteAddress: String) {
        self.loop = loop
        self.channel = channel
        self.isSecure = isSecure
        self.remoteAddress = remoteAddress
        self.idleSince = loop.now
    }

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
        idleSince = loop.now
    }

    func sweep(now: NIODeadline) {
        for stream in streams.values { stream.sweep(now: now) }
        guard streams.isEmpty else { return }
        let limit = idleSince + loop.core.idleTimeout
        if now >= limit { drain() }
        // A client that does not answer the announced end is not waited for.
        if now >= limit + loop.core.readTimeout { channel.close(promise: nil) }
    }

    func drain() {
        guard !isDraining else { return }
        isDraining = true
        // NIO's connection handler sends GOAWAY and closes after the last stream.
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    func cut() -> Int {
        let count = streams.values.reduce(0) { $0 + $1.cut() }
        channel.close(promise: nil)
        return count
    }
}
