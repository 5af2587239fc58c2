import NIOCore
import NIOHTTP1

/// A stream of server-sent events that shall stay open.
final class EventStream: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let path: String
    private let options: LoadOptions
    private let lost: (String) -> Void
    private var isOver = false
    private var line = ByteBuffer()
    private var lastEvent = NIODeadline.now()
    /// Whether the server has begun with its answer.
    private(set) var isOpen = false
    /// Whether it could not be opened, or has ended before it should.
    private(set) var isLost = false
    private(set) var events = 0
    /// The longest time without an event.
    private(set) var longestSilence = TimeAmount.zero

    /// - Parameter lost: Called with the reason when the stream cannot be opened or ends.
    init(path: String, options: LoadOptions, lost: @escaping (String) -> Void) {
        self.path = path
        self.options = options
        self.lost = lost
    }

    /// Opens the stream.
    func open(on loop: any EventLoop) {
        let handler = NIOLoopBound(self, eventLoop: loop)
        loop.connect(to: options.address, timeout: options.timeout) { pipeline in
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(handler.value)
        }
        .assumeIsolated().whenFailure { self.end(FailureKind.name(of: $0)) }
    }

    /// Counts events, and the time without one, from here on.
    func beginMeasuring() {
        lastEvent = .now()
        longestSilence = .zero
        events = 0
    }

    /// The stream may end from here on.
    func stop() {
        guard !isOver else { return }
        longestSilence = max(longestSilence, .now() - lastEvent)
        isOver = true
    }

    func channelActive(context: ChannelHandlerContext) {
        var headers = options.headers
        headers.add(name: "Accept", value: "text/event-stream")
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard head.status == .ok else { return end("status \(head.status.code)") }
            isOpen = true
        case .body(let bytes): read(bytes)
        case .end: end("ended")
        }
    }

    /// Counts the lines that begin with `event:`, in whatever pieces they come.
    private func read(_ bytes: ByteBuffer) {
        for byte in bytes.readableBytesView {
            if byte == UInt8(ascii: "\n") {
                line.clear()
            } else if line.readableBytes < 6 {
                line.writeInteger(byte)
                if line.readableBytes == 6, line.readableBytesView.elementsEqual("event:".utf8) { note() }
            }
        }
    }

    private func note() {
        let now = NIODeadline.now()
        longestSilence = max(longestSilence, now - lastEvent)
        lastEvent = now
        events += 1
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
        isLost = true
        lost(reason)
    }
}
