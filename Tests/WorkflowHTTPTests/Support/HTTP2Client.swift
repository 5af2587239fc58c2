import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import NIOPosix
import NIOSSL
import Synchronization

/// A client connection that speaks HTTP/2.
struct HTTP2Client: Sendable {
    struct Response: Sendable {
        var head: HTTPResponse
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct StreamEnded: Error {}

    /// One request in progress.
    final class Stream: Sendable {
        private struct State {
            var head: HTTPResponse?
            var body: [UInt8] = []
            var result: Result<Response, any Error>?
            var waiter: CheckedContinuation<Response, any Error>?
        }

        private final class Collector: ChannelInboundHandler {
            typealias InboundIn = HTTPResponsePart
            let stream: Stream

            init(_ stream: Stream) {
                self.stream = stream
            }

            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                switch unwrapInboundIn(data) {
                case .head(let head): stream.state.withLock { $0.head = head }
                case .body(let bytes): stream.state.withLock { $0.body.append(contentsOf: bytes.readableBytesView) }
                case .end: stream.complete()
                }
            }

            func channelInactive(context: ChannelHandlerContext) {
                stream.fail(StreamEnded())
            }

            func errorCaught(context: ChannelHandlerContext, error: any Error) {
                stream.fail(error)
                context.close(promise: nil)
            }
        }

        private let state = Mutex(State())
        let channel = Mutex<(any Channel)?>(nil)

        func install(on channel: any Channel) throws {
            try channel.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPClientCodec())
            try channel.pipeline.syncOperations.addHandler(Collector(self))
        }

        private func complete() {
            let response = state.withLock { state in state.head.map { Response(head: $0, body: state.body) } }
            if let response { resolve(.success(response)) } else { resolve(.failure(StreamEnded())) }
        }

        private func fail(_ error: any Error) {
            resolve(.failure(error))
        }

        private func resolve(_ result: Result<Response, any Error>) {
            let waiter = state.withLock { state in
                guard state.result == nil else { return nil as CheckedContinuation<Response, any Error>? }
                state.result = result
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(with: result)
        }

        func send(_ part: HTTPRequestPart) async throws {
            guard let channel = channel.withLock({ $0 }) else { throw StreamEnded() }
            try await channel.writeAndFlush(part).get()
        }

        func close() async throws {
            try await channel.withLock { $0 }?.close().get()
        }

        func response() async throws -> Response {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state in
                    if state.result == nil { state.waiter = continuation }
                    return state.result
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }

    let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer

    static func open(port: Int, tls: NIOSSLContext?) async throws -> HTTP2Client {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: nil)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        NIOHTTP2Handler(mode: .client, eventLoop: channel.eventLoop) { stream in stream.close() })
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let multiplexer = try await channel.pipeline.handler(type: NIOHTTP2Handler.self).flatMap(\.multiplexer).get()
        return HTTP2Client(channel: channel, multiplexer: multiplexer)
    }

    func begin(_ request: HTTPRequest) async throws -> Stream {
        let stream = Stream()
        let channel = try await multiplexer.createStreamChannel { channel in
            channel.eventLoop.makeCompletedFuture { try stream.install(on: channel) }
        }.get()
        stream.channel.withLock { $0 = channel }
        try await stream.send(.head(request))
        return stream
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: [UInt8] = []
    ) async throws -> Response {
        let stream = try await begin(
            HTTPRequest(method: method, scheme: "https", authority: "localhost", path: path, headerFields: headers))
        if !body.isEmpty { try? await stream.send(.body(ByteBuffer(bytes: body))) }
        try? await stream.send(.end(nil))
        return try await stream.response()
    }
}
