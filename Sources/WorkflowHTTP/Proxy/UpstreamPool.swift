import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import WorkflowCore

/// The connections to one target, those of each event loop apart, so that a request stays on the loop of its client.
final class UpstreamPool: Sendable {
    /// How connections are made and kept.
    struct Settings: Sendable {
        var connectTimeout: TimeAmount
        /// How long a connection may stay open without a request.
        var idleTimeout: TimeAmount
        /// For targets with `https`.
        var tls: NIOSSLContext?
        /// Where connections may go.
        var outbound = OutboundPolicy()
    }

    private struct State {
        var idle: [ObjectIdentifier: [UpstreamConnection]] = [:]
        var open: [ObjectIdentifier: UpstreamConnection] = [:]
        var sweptLoops: Set<ObjectIdentifier> = []
        var isClosed = false
    }

    let url: BackendURL
    private let settings: Settings
    private let addresses: AddressPolicy
    private let state = Mutex(State())

    init(url: BackendURL, settings: Settings) {
        self.url = url
        self.settings = settings
        addresses = settings.outbound.policy(naming: url.host)
    }

    /// How many connections are open.
    var openCount: Int { state.withLock { $0.open.count } }

    /// Returns a connection that nobody else uses until it is given back with ``release(_:)``, or is closed.
    ///
    /// - Parameter fresh: Whether it must be a new one.
    /// - Throws: ``UpstreamFailure`` `.unreachable`, or `CancellationError`.
    func acquire(fresh: Bool = false) async throws -> UpstreamConnection {
        let eventLoop = MultiThreadedEventLoopGroup.currentEventLoop ?? MultiThreadedEventLoopGroup.singleton.any()
        if !fresh, let idle = takeIdle(on: eventLoop) { return idle }
        try Task.checkCancellation()
        let connection = UpstreamConnection(eventLoop: eventLoop)
        do {
            let channel = try await withTaskCancellationHandler {
                try await connect(connection).get()
            } onCancel: {
                connection.close()
            }
            let isAccepted = state.withLock { state in
                guard !state.isClosed else { return false }
                state.open[ObjectIdentifier(connection)] = connection
                return true
            }
            channel.closeFuture.whenComplete { [weak self] _ in self?.forget(connection) }
            if !isAccepted { connection.close() }
            return connection
        } catch {
            try Task.checkCancellation()
            throw UpstreamFailure.unreachable("\(error)")
        }
    }

    /// ``UpstreamRequest`` frames bodies. The encoder would take the framing of `TRACE` away and send its body all the same.
    private static var encoding: HTTPRequestEncoder.Configuration {
        var encoding = HTTPRequestEncoder.Configuration()
        encoding.automaticallySetFramingHeaders = false
        return encoding
    }

    private func connect(_ connection: UpstreamConnection) -> EventLoopFuture<any Channel> {
        let (url, tls, addresses) = (url, settings.tls, addresses)
        return ClientBootstrap(group: connection.eventLoop)
            .connectTimeout(settings.connectTimeout)
            .channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(OutboundAddressCheck(addresses, host: url.host))
                    if let tls, url.isSecure {
                        let name = IPAddress(url.host) == nil ? url.host : nil
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
                    }
                    try pipeline.addHandler(HTTPRequestEncoder(configuration: Self.encoding))
                    try pipeline.addHandler(
                        UpstreamConnection.Decoder(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes)))
                    try pipeline.addHandler(connection)
                }
            }
            .connect(host: url.host, port: url.port)
    }

    private func takeIdle(on eventLoop: any EventLoop) -> UpstreamConnection? {
        let key = ObjectIdentifier(eventLoop)
        return state.withLock { state in state.idle[key]?.popLast() }
    }

    /// Takes a connection back whose exchange is complete; closes it when it cannot be used again.
    func release(_ connection: UpstreamConnection) {
        guard connection.eventLoop.inEventLoop else {
            return connection.eventLoop.execute { self.release(connection) }
        }
        guard connection.isReusable else { return connection.close() }
        connection.idleSince = .now()
        let key = ObjectIdentifier(connection.eventLoop)
        let (isKept, startsSweep) = state.withLock { state in
            guard !state.isClosed, state.open[ObjectIdentifier(connection)] != nil else { return (false, false) }
            state.idle[key, default: []].append(connection)
            return (true, state.sweptLoops.insert(key).inserted)
        }
        if !isKept { connection.close() }
        if startsSweep { scheduleSweep(on: connection.eventLoop, in: settings.idleTimeout) }
    }

    /// One timer for all idle connections of an event loop, while there are any.
    private func scheduleSweep(on eventLoop: any EventLoop, in delay: TimeAmount) {
        eventLoop.scheduleTask(in: delay) { [weak self] in self?.sweep(eventLoop) }
    }

    private func sweep(_ eventLoop: any EventLoop) {
        let key = ObjectIdentifier(eventLoop)
        let limit = NIODeadline.now() - settings.idleTimeout
        let (expired, oldest) = state.withLock { state -> ([UpstreamConnection], NIODeadline?) in
            let idle = state.idle[key] ?? []
            let expired = idle.filter { $0.idleSince.map { $0 <= limit } ?? false }
            let kept = idle.filter { $0.idleSince.map { $0 > limit } ?? true }
            state.idle[key] = kept.isEmpty ? nil : kept
            if kept.isEmpty { state.sweptLoops.remove(key) }
            return (expired, kept.compactMap(\.idleSince).min())
        }
        for connection in expired { connection.close() }
        if let oldest { scheduleSweep(on: eventLoop, in: oldest - limit) }
    }

    private func forget(_ connection: UpstreamConnection) {
        let key = ObjectIdentifier(connection.eventLoop)
        state.withLock { state in
            state.open.removeValue(forKey: ObjectIdentifier(connection))
            state.idle[key]?.removeAll { $0 === connection }
        }
    }

    /// Closes all connections, also those in use. Nothing can be had any more.
    func close() {
        let open = state.withLock { state in
            state.isClosed = true
            state.idle = [:]
            return state.open.values
        }
        for connection in open { connection.close() }
    }
}
