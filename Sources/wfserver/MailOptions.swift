public import ArgumentParser
import Foundation
import WorkflowCore
public import WorkflowPlatform

/// How the platform sends e-mails.
struct MailOptions: ParsableArguments {
    @Option(help: "The server that sends e-mails; without one they are shown on standard output.")
    var smtpHost: String?

    @Option(help: "Its port; by default the usual one.")
    var smtpPort: Int?

    @Option(help: "starttls, tls, or plain for a server on this machine.")
    var smtpSecurity = SMTPSettings.Security.startTLS

    @Option(
        help: "The name to sign in with; the password is in the environment variable WORKFLOW_SMTP_PASSWORD.")
    var smtpUser = ""

    @Option(help: "The address that e-mails come from.")
    var mailFrom: String?

    func validate() throws {
        guard smtpHost == nil || mailFrom != nil else { throw ValidationError("--smtp-host needs --mail-from.") }
    }

    /// Whether e-mails go to people, and not to whoever looks at standard output.
    var isSMTP: Bool { smtpHost != nil }

    /// What sends e-mails.
    ///
    /// - Throws: ``WorkflowError`` when the settings cannot be used.
    func sender(environment: EngineEnvironment) throws -> any MailSender {
        guard let smtpHost, let mailFrom else {
            return LogMailSender { text in
                print(text)
                fflush(nil)
            }
        }
        let password = ProcessInfo.processInfo.environment["WORKFLOW_SMTP_PASSWORD"] ?? ""
        return try SMTPMailSender(
            SMTPSettings(
                host: smtpHost, port: smtpPort, security: smtpSecurity, user: smtpUser,
                password: SecretString(password), sender: mailFrom),
            environment: environment)
    }
}

extension SMTPSettings.Security: ExpressibleByArgument {}
