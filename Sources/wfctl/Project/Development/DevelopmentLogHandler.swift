import Logging
import WorkflowCommandLine
import WorkflowCore
import WorkflowHTTP

/// Shows what parts of the application log: warnings and errors, and everything to those who want to see it. The
/// management API has the last lines of all of it.
struct DevelopmentLogHandler: LogHandler {
    let console: DevelopmentConsole
    let records: LogRecords
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(console: DevelopmentConsole, records: LogRecords) {
        self.console = console
        self.records = records
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let message = "\(event.message)"
        var all = metadata.merging(event.metadata ?? [:]) { $1 }
        records.append(event.level, message, all)
        let module = all.removeValue(forKey: "module").map { "\($0): " } ?? ""
        let details = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        console.log(event.level, "\(module)\(message)", details)
    }
}
