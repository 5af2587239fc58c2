import WorkflowCore
import WorkflowModules

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The texts of the Simple Mail Transfer Protocol (RFC 5321) and of messages (RFC 5322, 2045 and 2047).
enum SMTPText {
    /// Whether a text can stand between the brackets of `MAIL FROM` and `RCPT TO`.
    static func isAddress(_ text: String) -> Bool {
        EmailAddress.normalized(text) == text
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
    }

    /// A message with its header.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - sender: The address that it comes from.
    ///   - id: What tells it from all others.
    ///   - now: The time in its header.
    static func make(_ message: MailMessage, sender: String, id: String, now: Timestamp) -> String {
        let domain = sender.split(separator: "@").last ?? "localhost"
        let body = base64(message.text.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n"))
        let lines = [
            "From: <\(sender)>", "To: <\(message.recipient)>", "Subject: \(word(message.subject))",
            "Date: \(date(now))", "Message-ID: <\(id)@\(domain)>", "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
        ]
        // No line of base64 begins with a full stop, so none has to be doubled.
        return (lines + chunks(body, of: 76)).joined(separator: "\r\n") + "\r\n"
    }

    /// What signs in with `AUTH PLAIN` (RFC 4616).
    static func credentials(_ user: String, _ password: SecretString) -> String {
        base64("\0\(user)\0\(password.value)")
    }

    /// The text of a header field: as it is when it is plain ASCII, in encoded words otherwise.
    static func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && text.utf8.count <= 200
        if isPlain, !text.contains("=?") { return text }
        var words: [String] = []
        var part = ""
        for character in text where !character.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            // An encoded word has 75 characters at most.
            if part.utf8.count + character.utf8.count > 42 {
                words.append(part)
                part = ""
            }
            part.append(character)
        }
        return (words + [part]).map { "=?utf-8?B?\(base64($0))?=" }.joined(separator: "\r\n ")
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func chunks(_ text: String, of length: Int) -> [String] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: length).map { start in
            String(decoding: bytes[start..<min(start + length, bytes.count)], as: UTF8.self)
        }
    }

    /// A time as headers of messages have it, such as `Thu, 01 Jan 1970 00:00:00 +0000`.
    static func date(_ time: Timestamp) -> String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // RFC 3339: 2026-01-05T09:00:00…
        let text = Array(time.description.utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        let day = Int(time.seconds / 86_400)
        let month = max(1, Int(part(5..<7)) ?? 1)
        return
            "\(days[((day % 7) + 7) % 7]), \(part(8..<10)) \(months[month - 1]) \(part(0..<4)) \(part(11..<19)) +0000"
    }
}

/// Collects the replies of a server, which come in lines.
struct SMTPReplyReader {
    /// A reply, possibly of several lines.
    struct Reply: Sendable, Hashable {
        /// The code of three digits.
        let code: Int
        /// The texts of the lines.
        let lines: [String]
    }

    /// What comes from the server is no reply.
    struct Malformed: Error {}

    private static let longest = 65_536

    private var buffer: [UInt8] = []
    private var lines: [String] = []

    /// Whether something has come that is not a whole reply.
    var hasMore: Bool { !buffer.isEmpty || !lines.isEmpty }

    /// Takes bytes from the server.
    mutating func append(_ bytes: some Sequence<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        guard buffer.count <= Self.longest else { throw Malformed() }
    }

    /// The next reply that is complete.
    mutating func next() throws -> Reply? {
        while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
            var line = buffer[..<end]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            let text = String(decoding: line, as: UTF8.self)
            buffer.removeFirst(end + 1)
            guard let code = Int(text.prefix(3)), (200...599).contains(code), lines.count < 100 else {
                throw Malformed()
            }
            lines.append(String(text.dropFirst(4)))
            if text.dropFirst(3).first == "-" { continue }
            defer { lines = [] }
            return Reply(code: code, lines: lines)
        }
        return nil
    }
}
