import Logging
import WorkflowCommandLine
import WorkflowCore

/// Shows what parts of the application log: warnings and errors, and everything to those who want to see it.
struct DevelopmentLogHandler: LogHandler {
    let console: DevelopmentConsole
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(console: DevelopmentConsole) {
        self.console = console
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata.merging(event.metadata ?? [:]) { $1 }
        let module = all.removeValue(forKey: "module").map { "\($0): " } ?? ""
        let details = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        console.log(event.level, "\(module)\(event.message)", details)
    }
}
