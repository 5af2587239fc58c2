/// Shows e-mails instead of sending them: for a platform on one's own machine.
///
/// The links in them are secret, so they do not belong into logs that others read.
public struct LogMailSender: MailSender {
    private let show: @Sendable (String) -> Void

    /// Creates a sender.
    ///
    /// - Parameter show: Shows a text to whoever runs the program.
    public init(show: @escaping @Sendable (String) -> Void) {
        self.show = show
    }

    public func send(_ message: MailMessage) async throws {
        show("E-mail to \(message.recipient): \(message.subject)\n\n\(message.text)\n")
    }
}
