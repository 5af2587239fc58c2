import NIOCore
import NIOPosix
import NIOSSL
public import WorkflowCore

/// Sends e-mails through a server, with a connection for each.
public struct SMTPMailSender: MailSender {
    private let settings: SMTPSettings
    private let environment: EngineEnvironment
    private let tls: NIOSSLContext?

    /// Creates a sender. Reads the certificates to trust, which blocks.
    ///
    /// - Parameters:
    ///   - settings: The server.
    ///   - environment: Time and identifiers.
    /// - Throws: ``WorkflowError`` `.invalidInput` when the settings cannot be used.
    public init(_ settings: SMTPSettings, environment: EngineEnvironment = EngineEnvironment()) throws {
        if let problem = settings.problem { throw WorkflowError(.invalidInput, problem) }
        self.settings = settings
        self.environment = environment
        guard settings.security != .plain else {
            tls = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let roots = settings.trustRoots { configuration.trustRoots = .file(roots) }
        do {
            tls = try NIOSSLContext(configuration: configuration)
        } catch {
            throw WorkflowError(.invalidInput, "The certificates to trust for e-mails cannot be read.", cause: error)
        }
    }

    public func send(_ message: MailMessage) async throws {
        guard SMTPText.isAddress(message.recipient) else {
            throw WorkflowError(.invalidInput, "The address of an e-mail has characters that cannot be sent.")
        }
        try await withTimeout(settings.timeout, clock: environment.clock) {
            let (inbound, continuation) = AsyncThrowingStream.makeStream(
                of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(64))
            let channel = try await connect(continuation)
            // Closing ends the waiting for the server when the time is over.
            defer { channel.close(promise: nil) }
            var conversation = SMTPConversation(settings: settings, tls: tls, channel: channel, inbound: inbound)
            try await conversation.begin()
            try await conversation.send(message, id: environment.identifiers.next(), now: environment.clock.now)
        }
    }

    private func connect(
        _ continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation
    ) async throws -> any Channel {
        let (settings, tls) = (settings, tls)
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(10))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if settings.security == .tls, let tls {
                            try pipeline.addHandler(try SMTPConversation.tlsHandler(tls, settings.host))
                        }
                        try pipeline.addHandler(SMTPInboundHandler(continuation))
                    }
                }
                .connect(host: settings.host, port: settings.port).get()
        } catch {
            throw WorkflowError(
                .unavailable, "The server of e-mails at \(settings.host):\(settings.port) cannot be reached.",
                cause: error)
        }
    }
}
