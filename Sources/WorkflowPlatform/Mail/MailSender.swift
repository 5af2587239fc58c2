/// A message to one person.
public struct MailMessage: Sendable, Hashable {
    /// Whom it goes to.
    public var recipient: String
    /// What it is about.
    public var subject: String
    /// The text.
    public var text: String

    /// Creates a message.
    public init(recipient: String, subject: String, text: String) {
        self.recipient = recipient
        self.subject = subject
        self.text = text
    }
}

/// Sends e-mails.
///
/// Called for one message at a time. A message that could not be sent is tried again a few times, behind the others.
public protocol MailSender: Sendable {
    /// Sends a message; returns when it has been handed over.
    ///
    /// - Throws: Why it could not be sent: ``WorkflowError`` `.invalidInput` when it never can be, so that it is not tried
    ///   again. The description must hold neither the message nor a password.
    func send(_ message: MailMessage) async throws
}
