import HTTPTypes
import NIOCore
import NIOHTTP1
import WorkflowCore

/// The chance to take over a connection whose client asks for another protocol (RFC 9110, section 7.8).
///
/// A handler takes it by answering with status 101, the field `upgrade` and a streaming body: what the body writes goes
/// to the client as it is, and ``incoming`` gives what the client sends. The connection is closed when the body ends. Only
/// HTTP/1.1 has upgrades.
final class ConnectionUpgrade: Sendable {
    /// That of the request being handled; `nil` when it asks for none.
    @TaskLocal static var current: ConnectionUpgrade?

    /// The bytes of the client after its request.
    let incoming: StreamedRequestBody

    init(transport: HTTP1Connection) {
        incoming = StreamedRequestBody(
            eventLoop: transport.loop.eventLoop, expected: nil, limit: .max, transport: transport)
    }

    /// Whether a response is an upgrade that the request allows.
    static func isMade(by response: borrowing ServerResponse) -> Bool {
        guard response.status == .switchingProtocols, current != nil, case .stream = response.body else { return false }
        return response.headers[.upgrade] != nil
    }
}

extension HTTP1Connection {
    typealias Decoder = ByteToMessageHandler<HTTPRequestDecoder>

    /// Agrees to the upgrade and takes the parser away from the connection.
    func beginUpgrade(_ response: ServerResponse, _ exchange: Exchange, _ context: ChannelHandlerContext) throws {
        guard let upgrade = exchange.upgrade, case .complete = inbound,
            let name = response.headers.value(of: .upgrade)
        else { throw WorkflowError(.internal, "A handler upgraded a connection that cannot be upgraded.") }
        current?.answer(with: response)
        current?.keepAlive = false
        // It is no answer that could take too long.
        current?.handlerDeadline = nil
        inbound = .upgraded(upgrade.incoming)
        streamedFraming = nil
        var buffer = context.channel.allocator.buffer(capacity: 512)
        ResponseHeadWriter(
            status: response.status, framing: .none, connection: .upgrade(name),
            dateLine: loop.dateLine(at: exchange.receivedAt), serverLine: settings.serverLine
        ).write(response.headers, to: &buffer)
        put(.byteBuffer(buffer), to: context)
        flush()
        let pipeline = context.pipeline.syncOperations
        try pipeline.addHandler(RawRequestBytes(), position: .before(self))
        pipeline.removeHandler(context: try pipeline.context(handlerType: Decoder.self), promise: nil)
    }
}

/// Stands in for the parser after an upgrade: gives bytes on as pieces of a body.
private final class RawRequestBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(.body(unwrapInboundIn(data))))
        // What the parser leaves behind comes without a completion of its own.
        context.fireChannelReadComplete()
    }
}
