import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOHTTPTypesHTTP2
import NIOSSL

/// Puts the handlers into the pipeline of a new connection.
struct ConnectionSetup: Sendable {
    let loop: ServerLoop
    /// The event loops of the server, ``loop`` among them.
    let loops: [ServerLoop]
    let settings: ConnectionSettings
    let peer: Peer

    var core: ServerCore { loop.core }

    func configure(_ channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        guard let tls = settings.tls else {
            if settings.configuration.http2.allowsPriorKnowledge {
                try pipeline.addHandler(PrefaceDetector(self))
            } else {
                try addHTTP1(to: channel, isSecure: false)
            }
            return
        }
        try pipeline.addHandler(NIOSSLServerHandler(context: tls.context))
        guard settings.configuration.http2.isEnabled else { return try addHTTP1(to: channel, isSecure: true) }
        // Until the handshake is over there is no handler of ours that would watch the time.
        let handshake = Handshake(channel: channel, deadline: loop.now + settings.readTimeout)
        loop.add(handshake, sweptEvery: settings.sweepInterval)
        channel.closeFuture.whenComplete { _ in loop.remove(handshake) }
        channel.configureHTTP2SecureUpgrade(
            h2ChannelConfigurator: { channel in
                channel.eventLoop.makeCompletedFuture {
                    loop.remove(handshake)
                    try addHTTP2(to: channel, isSecure: true)
                }
            },
            http1ChannelConfigurator: { channel in
                channel.eventLoop.makeCompletedFuture {
                    loop.remove(handshake)
                    try addHTTP1(to: channel, isSecure: true)
                }
            }
        ).whenFailure { _ in channel.close(promise: nil) }
    }

    func addHTTP1(to channel: any Channel, isSecure: Bool) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = settings.configuration.maxHeaderBytes
        limits.maxHeaderListSize = settings.configuration.maxHeaderBytes
        limits.maxHeaderFieldCount = settings.configuration.maxHeaderFields
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(
            HTTP1Connection.Decoder(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits),
                maximumBufferSize: ServerCore.gatherLimit))
        try pipeline.addHandler(
            HTTP1Connection(loop: loop, settings: settings, isSecure: isSecure, peer: peer))
    }

    func addHTTP2(to channel: any Channel, isSecure: Bool) throws {
        let connection = HTTP2Connection(
            loop: loop, settings: settings, channel: channel, isSecure: isSecure, peer: peer)
        var initial = NIOHTTP2Handler.ConnectionConfiguration()
        initial.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: settings.configuration.http2.maxConcurrentStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: settings.configuration.maxHeaderBytes),
            HTTP2Setting(parameter: .enablePush, value: 0),
        ]
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.outboundBufferSizeHighWatermark = 64 * 1024
        stream.outboundBufferSizeLowWatermark = 16 * 1024
        let management = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        let handler = NIOHTTP2Handler(
            mode: .server, eventLoop: channel.eventLoop, connectionConfiguration: initial,
            streamConfiguration: stream, streamDelegate: management.http2StreamDelegate
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPServerCodec())
                try stream.pipeline.syncOperations.addHandler(HTTP2Stream(connection: connection))
            }
        }
        try channel.pipeline.syncOperations.addHandlers([handler, management, connection])
        loop.add(connection, sweptEvery: settings.sweepInterval)
        channel.closeFuture.whenComplete { [loop] _ in loop.remove(connection) }
    }
}

/// A TLS connection before the end of its handshake.
private final class Handshake: ServerConnection, @unchecked Sendable {
    // `@unchecked`: the deadline is only touched on the event loop.
    private let channel: any Channel
    private var deadline: NIODeadline
    let idleSince: NIODeadline? = nil

    init(channel: any Channel, deadline: NIODeadline) {
        self.channel = channel
        self.deadline = deadline
    }

    func sweep(now: NIODeadline) {
        if now >= deadline { channel.close(promise: nil) }
    }

    /// A client that is about to send its first request gets its answer.
    func drain() {
        deadline = min(deadline, .now() + ServerCore.firstRequestTime)
    }

    func cut() -> Int {
        channel.cutOff()
        return 0
    }
}
