import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server of e-mails on loopback that remembers what it was told.
final class ScriptedMailServer: Sendable {
    /// How the server departs from what is usual.
    enum Behaviour: Sendable {
        case usual
        /// Refuses the recipient.
        case refusing
        /// Does not know STARTTLS.
        case withoutTLS
        /// Adds an answer to STARTTLS that nobody has asked for.
        case injecting
    }

    let port: Int
    /// The file with the certificate.
    let certificate: String
    private let folder: String
    private let channel: any Channel
    private let heard: Heard

    private final class Heard: Sendable {
        let lines = Mutex<[String]>([])
    }

    init(_ behaviour: Behaviour = .usual) async throws {
        let folder = NSTemporaryDirectory() + "wf-mail-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (certificate, key) = ("\(folder)/server.pem", "\(folder)/server.key")
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=mail", "-days", "2", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", key, "-out", certificate,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))))
        let heard = Heard()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Handler(behaviour, context) { line in heard.lines.withLock { $0.append(line) } })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        (self.heard, self.folder, self.certificate) = (heard, folder, certificate)
        port = channel.localAddress?.port ?? 0
    }

    /// The lines that clients have sent.
    var lines: [String] { heard.lines.withLock { $0 } }

    func stop() async throws {
        try await channel.close().get()
        try FileManager.default.removeItem(atPath: folder)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let behaviour: Behaviour
        private let tls: NIOSSLContext
        private let hear: (String) -> Void
        private var buffer = ""
        private var isData = false

        init(_ behaviour: Behaviour, _ tls: NIOSSLContext, _ hear: @escaping (String) -> Void) {
            (self.behaviour, self.tls, self.hear) = (behaviour, tls, hear)
        }

        func channelActive(context: ChannelHandlerContext) { say("220 mail ready", context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            buffer += String(buffer: unwrapInboundIn(data))
            while let end = buffer.range(of: "\r\n") {
                let line = String(buffer[..<end.lowerBound])
                buffer.removeSubrange(..<end.upperBound)
                hear(line)
                answer(line, context)
            }
        }

        private func answer(_ line: String, _ context: ChannelHandlerContext) {
            if isData {
                isData = line != "."
                if !isData { say("250 queued", context) }
                return
            }
            switch line.prefix(4) {
            case "EHLO": say("250-mail\r\n250-SIZE 1000000\r\n250 AUTH PLAIN", context)
            case "STAR": startTLS(context)
            case "AUTH": say("235 welcome", context)
            case "RCPT" where behaviour == .refusing: say("550 no such user", context)
            case "MAIL", "RCPT": say("250 ok", context)
            case "DATA":
                isData = true
                say("354 go on", context)
            default: say("221 bye", context)
            }
        }

        private func startTLS(_ context: ChannelHandlerContext) {
            if behaviour == .withoutTLS { return say("502 unknown", context) }
            say(behaviour == .injecting ? "220 go on\r\n250 injected" : "220 go on", context)
            do {
                try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
            } catch {
                context.close(promise: nil)
            }
        }

        private func say(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(NIOAny(ByteBuffer(string: text + "\r\n")), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
