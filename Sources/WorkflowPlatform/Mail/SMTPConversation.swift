import NIOCore
import NIOSSL
import WorkflowCore

/// What is said with a server to send one message.
struct SMTPConversation {
    let settings: SMTPSettings
    let tls: NIOSSLContext?
    let channel: any Channel
    private var inbound: AsyncThrowingStream<ByteBuffer, any Error>.Iterator
    private var reader = SMTPReplyReader()

    init(
        settings: SMTPSettings, tls: NIOSSLContext?, channel: any Channel,
        inbound: AsyncThrowingStream<ByteBuffer, any Error>
    ) {
        self.settings = settings
        self.tls = tls
        self.channel = channel
        self.inbound = inbound.makeAsyncIterator()
    }

    /// What encrypts a connection, and checks that the server is the one that was named.
    static func tlsHandler(_ context: NIOSSLContext, _ host: String) throws -> NIOSSLClientHandler {
        // Addresses cannot be named when the connection begins; their certificates are checked all the same.
        let isAddress = IPAddress(host) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    /// Greets the server, protects the connection and signs in.
    mutating func begin() async throws {
        _ = try await reply(220)
        try await say("EHLO localhost", 250)
        if settings.security == .startTLS, let tls {
            try await say("STARTTLS", 220)
            // What came before the encryption began may be anybody's.
            guard !reader.hasMore else { throw failure("has answered before it was asked") }
            let host = settings.host
            try await channel.eventLoop.submit { [channel] in
                try channel.pipeline.syncOperations.addHandler(try Self.tlsHandler(tls, host), position: .first)
            }.get()
            try await say("EHLO localhost", 250)
        }
        guard !settings.user.isEmpty else { return }
        try await say("AUTH PLAIN \(SMTPText.credentials(settings.user, settings.password))", 235, name: "AUTH")
    }

    /// Hands a message over.
    mutating func send(_ message: MailMessage, id: String, now: Timestamp) async throws {
        try await say("MAIL FROM:<\(settings.sender)>", 250, name: "MAIL")
        try await say("RCPT TO:<\(message.recipient)>", 250, name: "RCPT")
        try await say("DATA", 354)
        let text = SMTPText.make(message, sender: settings.sender, id: id, now: now)
        try await say("\(text).", 250, name: "the message")
        try await channel.writeAndFlush(ByteBuffer(string: "QUIT\r\n")).get()
    }

    /// Sends a line and waits for the reply.
    ///
    /// - Parameter name: What to call the line in an error, when it holds what does not belong into logs.
    private mutating func say(_ line: String, _ code: Int, name: String? = nil) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: line + "\r\n")).get()
        _ = try await reply(code, to: name ?? line)
    }

    private mutating func reply(_ code: Int, to line: String = "the connection") async throws -> SMTPReplyReader.Reply {
        do {
            while true {
                if let reply = try reader.next() {
                    guard reply.code == code else {
                        // A refusal for good (RFC 5321, section 4.2.1).
                        let isPermanent = (500...599).contains(reply.code)
                        throw failure(
                            "has answered \(reply.code) to \(line)", isPermanent ? .invalidInput : .unavailable)
                    }
                    return reply
                }
                guard let bytes = try await inbound.next(isolation: #isolation) else {
                    throw failure("has hung up after \(line)")
                }
                try reader.append(bytes.readableBytesView)
            }
        } catch is SMTPReplyReader.Malformed {
            throw failure("does not speak SMTP")
        }
    }

    private func failure(_ what: String, _ code: WorkflowError.Code = .unavailable) -> WorkflowError {
        WorkflowError(code, "The server of e-mails at \(settings.host):\(settings.port) \(what).")
    }
}

/// Hands what comes from a server over to whoever waits for it.
final class SMTPInboundHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation

    init(_ continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // A server that talks without being asked is not listened to.
        if case .dropped = continuation.yield(unwrapInboundIn(data)) { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        continuation.finish(throwing: error)
        context.close(promise: nil)
    }
}
