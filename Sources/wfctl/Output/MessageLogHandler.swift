import Logging
import WorkflowCommandLine
import WorkflowCore

/// Shows what the engine has to say while it checks a configuration: warnings and worse, as messages of this program.
struct MessageLogHandler: LogHandler {
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let details = all.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        Console.warn("\(event.message)" + (details.isEmpty ? "" : " (\(details))"))
    }
}
