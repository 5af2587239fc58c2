import Logging
import Synchronization

/// Takes the secrets of a workflow out of its log lines.
struct RedactingLogHandler: LogHandler {
    /// What is taken out; all copies of the handler share it.
    final class Secrets: Sendable {
        private let redactor: Mutex<SecretRedactor?> = Mutex(nil)

        /// Takes the secrets of these deployments out from now on.
        func hide(_ deployments: [Deployment]) {
            let new = SecretRedactor(deployments)
            redactor.withLock { $0 = new.isEmpty ? nil : new }
        }

        /// What takes them out; `nil` when there are none.
        var current: SecretRedactor? { redactor.withLock { $0 } }
    }

    private var base: any LogHandler
    private let secrets: Secrets

    init(_ base: any LogHandler, secrets: Secrets) {
        self.base = base
        self.secrets = secrets
    }

    var logLevel: Logger.Level {
        get { base.logLevel }
        set { base.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        guard let redactor = secrets.current else { return base.log(event: event) }
        var event = event
        event.message = Logger.Message(stringLiteral: redactor.redact(event.message.description))
        // Also what the logger always says, such as the names of modules.
        event.metadata = base.metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { redactor.redact($0) }
        event.error = event.error.map { RedactedError(description: redactor.redact("\($0)")) }
        base.log(event: event)
    }
}

/// An error of which only the text is left.
private struct RedactedError: Error, CustomStringConvertible {
    let description: String
}

extension SecretRedactor {
    /// The value without secrets.
    fileprivate func redact(_ value: Logger.MetadataValue) -> Logger.MetadataValue {
        switch value {
        case .string(let text): .string(redact(text))
        case .stringConvertible(let value): .string(redact(value.description))
        case .array(let values): .array(values.map { redact($0) })
        case .dictionary(let values): .dictionary(values.mapValues { redact($0) })
        }
    }
}
