import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A WebSocket that sends a text every second and expects to get it back.
final class EchoSocket: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let loop: any EventLoop
    private let options: LoadOptions
    private let lost: (String) -> Void
    private let answered: (TimeAmount) -> Void
    private var context: ChannelHandlerContext?
    private var isOver = false
    private var isMeasuring = false
    private var number = 0
    /// What has been sent and not come back, the oldest first.
    private var outstanding: [(text: String, time: NIODeadline)] = []
    private(set) var isOpen = false
    private(set) var sent = 0

    /// - Parameters:
    ///   - lost: Called with the reason when the socket cannot be opened or is closed.
    ///   - answered: Called with the time that an echo took.
    init(
        options: LoadOptions, loop: any EventLoop, lost: @escaping (String) -> Void,
        answered: @escaping (TimeAmount) -> Void
    ) {
        self.options = options
        self.loop = loop
        self.lost = lost
        self.answered = answered
    }

    /// The texts that have not come back.
    var unanswered: Int { outstanding.count }

    /// Opens the socket; its first text goes out after `delay`.
    func open(delay: TimeAmount) {
        let handler = NIOLoopBound(self, eventLoop: loop)
        let path = options.socketPath
        let headers = options.headers
        let upgraded = loop.makePromise(of: Void.self)
        upgraded.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success: self.loop.assumeIsolated().scheduleTask(in: delay) { self.tick() }
            case .failure(let error): self.end(FailureKind.name(of: error))
            }
        }
        loop.connect(to: options.address, timeout: options.timeout) { pipeline in
            let upgrader = NIOTypedWebSocketClientUpgrader<Void> { channel, _ in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler.value) }
            }
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
            let configuration = NIOTypedHTTPClientUpgradeConfiguration<Void>(
                upgradeRequestHead: head, upgraders: [upgrader],
                notUpgradingCompletionHandler: { $0.eventLoop.makeFailedFuture(NotUpgraded()) })
            try pipeline.configureUpgradableHTTPClientPipeline(
                configuration: .init(upgradeConfiguration: configuration)
            ).cascade(to: upgraded)
        }
        .whenFailure { upgraded.fail($0) }
    }

    /// Counts from here on.
    func beginMeasuring() {
        isMeasuring = true
        sent = 0
    }

    /// Sends nothing more.
    func stopSending() {
        isMeasuring = false
    }

    /// The socket may be closed from here on.
    func stop() {
        isOver = true
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        isOpen = true
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    private func tick() {
        guard !isOver, let context else { return }
        if isMeasuring {
            number += 1
            sent += 1
            let text = "\(ObjectIdentifier(self).hashValue)-\(number)"
            outstanding.append((text, .now()))
            let frame = WebSocketFrame(
                fin: true, opcode: .text, maskKey: .random(), data: context.channel.allocator.buffer(string: text))
            context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        }
        loop.assumeIsolated().scheduleTask(in: .seconds(1)) { self.tick() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text:
            let text = String(buffer: frame.unmaskedData)
            guard let index = outstanding.firstIndex(where: { $0.text == text }) else { return }
            answered(.now() - outstanding.remove(at: index).time)
        case .ping:
            context.writeAndFlush(
                wrapOutboundOut(.init(fin: true, opcode: .pong, maskKey: .random(), data: frame.unmaskedData)),
                promise: nil)
        case .connectionClose: end("closed by the server")
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end("connection closed")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(FailureKind.name(of: error))
        context.close(promise: nil)
    }

    private func end(_ reason: String) {
        guard !isOver else { return }
        isOver = true
        lost(reason)
    }
}

/// The server did not want to speak WebSocket.
private struct NotUpgraded: Error, CustomStringConvertible {
    let description = "not upgraded"
}
