import Foundation
import Testing
import WorkflowCore

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct SMTPTests {
    private static let message = MailMessage(
        recipient: "bob@example.com", subject: "Grüße: ein langer Betreff, der in mehrere Wörter geteilt wird",
        text: "Hello\n.\nüber alles\n")

    private func send(
        _ message: MailMessage = message, to server: ScriptedMailServer, _ security: SMTPSettings.Security,
        trusting roots: String? = nil
    ) async throws {
        var settings = SMTPSettings(
            host: "127.0.0.1", port: server.port, security: security, user: "ann",
            password: SecretString("hunter2"), sender: "platform@example.com")
        settings.trustRoots = roots
        try await SMTPMailSender(settings).send(message)
    }

    @Test func aMessageIsHandedOver() async throws {
        let server = try await ScriptedMailServer()
        try await send(to: server, .startTLS, trusting: server.certificate)
        let lines = server.lines
        #expect(
            lines.prefix(7) == [
                "EHLO localhost", "STARTTLS", "EHLO localhost", "AUTH PLAIN AGFubgBodW50ZXIy",
                "MAIL FROM:<platform@example.com>", "RCPT TO:<bob@example.com>", "DATA",
            ])
        let end = try #require(lines.firstIndex(of: "."))
        let text = Array(lines[7..<end])
        let body = try #require(text.split(separator: "").last)
        let decoded = try #require(Data(base64Encoded: body.joined()))
        #expect(String(decoding: decoded, as: UTF8.self) == "Hello\r\n.\r\nüber alles\r\n")
        #expect(text.contains("Content-Type: text/plain; charset=utf-8"))
        #expect(text.contains("To: <bob@example.com>"))
        #expect(text.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { $0 < 0x80 } })
        try await server.stop()
    }

    @Test func nothingIsSentWithoutTheProtectionThatWasAskedFor() async throws {
        for behaviour in [ScriptedMailServer.Behaviour.withoutTLS, .injecting] {
            let server = try await ScriptedMailServer(behaviour)
            await #expect(throws: WorkflowError.self) {
                try await send(to: server, .startTLS, trusting: server.certificate)
            }
            #expect(!server.lines.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
            try await server.stop()
        }
    }

    @Test func aServerThatIsNotTrustedGetsNothing() async throws {
        let server = try await ScriptedMailServer()
        await #expect(throws: (any Error).self) { try await send(to: server, .startTLS) }
        #expect(server.lines == ["EHLO localhost", "STARTTLS"])
        try await server.stop()
    }

    @Test func aRefusalIsToldWithoutTheAddress() async throws {
        let server = try await ScriptedMailServer(.refusing)
        let error = await #expect(throws: WorkflowError.self) { try await send(to: server, .plain) }
        #expect(
            "\(try #require(error))" == "The server of e-mails at 127.0.0.1:\(server.port) has answered 550 to RCPT.")
        #expect(error?.code == .invalidInput, "it is not tried again")
        try await server.stop()
    }

    @Test(arguments: ["a>b@example.com", "ü@example.com", "a b@example.com", "a\r\nDATA@example.com", "nobody"])
    func addressesCannotHoldCommands(address: String) async throws {
        let server = try await ScriptedMailServer()
        let message = MailMessage(recipient: address, subject: "s", text: "t")
        await #expect(throws: WorkflowError.self) { try await send(message, to: server, .plain) }
        #expect(server.lines.isEmpty)
        try await server.stop()
    }

    @Test(arguments: [
        (SMTPSettings(host: "", sender: "a@b.example"), "The server of e-mails has no host or port."),
        (SMTPSettings(host: "h", sender: "nobody"), "The sender of e-mails is not an e-mail address."),
        (
            SMTPSettings(host: "mail.example", security: .plain, user: "u", sender: "a@b.example"),
            "A password would go over the network unprotected; use starttls or tls."
        ),
    ])
    func wrongSettingsAreRefused(settings: SMTPSettings, problem: String) {
        let error = #expect(throws: WorkflowError.self) { try SMTPMailSender(settings) }
        #expect(error?.message == problem)
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (1_767_603_600, "Mon, 05 Jan 2026 09:00:00 +0000"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
    ])
    func datesAreThoseOfTheStandard(seconds: Int64, text: String) {
        #expect(SMTPText.date(Timestamp(seconds: seconds)) == text)
    }

    @Test func repliesAreReadWhateverPartsTheyComeIn() throws {
        let text = "250-one\r\n250 two\n354 go\r\n"
        for size in 1...text.utf8.count {
            var reader = SMTPReplyReader()
            var replies: [SMTPReplyReader.Reply] = []
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                try reader.append(bytes[start..<min(start + size, bytes.count)])
                while let reply = try reader.next() { replies.append(reply) }
            }
            #expect(replies == [.init(code: 250, lines: ["one", "two"]), .init(code: 354, lines: ["go"])])
            #expect(!reader.hasMore)
        }
    }

    @Test(arguments: ["hello\r\n", "99 x\r\n", "\r\n"])
    func whatIsNoReplyIsRefused(text: String) {
        var reader = SMTPReplyReader()
        #expect(throws: SMTPReplyReader.Malformed.self) {
            try reader.append(Array(text.utf8))
            _ = try reader.next()
        }
    }
}
