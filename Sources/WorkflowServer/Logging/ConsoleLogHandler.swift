import Foundation
import Logging
import WorkflowHTTP

/// Writes log lines to standard error: readable text on a terminal, JSON otherwise. The management API shows the last
/// ones.
struct ConsoleLogHandler: LogHandler {
    /// How lines look.
    enum Format: String, CaseIterable {
        case text, json

        /// Text on a terminal, JSON otherwise.
        static var automatic: Format { isatty(STDERR_FILENO) == 1 ? .text : .json }
    }

    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let format: Format
    private let label: String
    private let writer: LogWriter
    private let records: LogRecords?

    init(
        label: String, format: Format, level: Logger.Level, writer: LogWriter = .standardError,
        records: LogRecords? = nil
    ) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.writer = writer
        self.records = records
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let (message, metadata) = ("\(event.message)", metadata.merging(event.metadata ?? [:]) { $1 })
        records?.append(event.level, message, metadata)
        let line = format.line(event.level, message, metadata)
        writer.write(line) { [format] count in
            format.line(.warning, "\(count) log lines were dropped, since nobody took them in time", [:])
        }
    }
}
