import Logging
import WorkflowCore

/// Writes the log lines of a script, bounded in number and length of their fields.
struct ScriptLog: Sendable {
    private static let loggedCharacters = 4000
    private static let loggedKeys = 16

    let logger: Logger

    /// The least severe level that is logged, as scripts name it.
    var level: String {
        switch logger.logLevel {
        case .trace, .debug: "debug"
        case .info, .notice: "info"
        case .warning: "warn"
        case .error, .critical: "error"
        }
    }

    /// Writes a line.
    func write(level: String, message: String, metadata: JSONObject) {
        let level: Logger.Level =
            switch level {
            case "debug": .debug
            case "warn", "warning": .warning
            case "error": .error
            default: .info
            }
        var fields: Logger.Metadata = [:]
        for (key, value) in metadata.prefix(Self.loggedKeys) {
            let text = value.stringValue ?? value.jsonString()
            fields["script.\(key.prefix(64))"] = "\(text.prefix(500))"
        }
        logger.log(level: level, "\(message.prefix(Self.loggedCharacters))", metadata: fields)
    }
}
