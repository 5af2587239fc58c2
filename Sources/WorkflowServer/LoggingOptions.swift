import ArgumentParser
import Logging
package import WorkflowHTTP

/// How the server logs.
package struct LoggingOptions: ParsableArguments {
    package init() {}

    @Option(
        name: .customLong("log-level"), help: "trace, debug, info, notice, warning, error or critical.",
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                throw ValidationError("\"\(text)\" is not a log level.")
            }
            return level
        })
    var level = Logger.Level.info

    @Option(name: .customLong("log-format"), help: "text or json; by default text on a terminal, json otherwise.")
    var format: ConsoleLogHandler.Format?

    /// Sets the logging system of this process up.
    ///
    /// - Parameter records: Gets every line, too.
    package func bootstrap(_ records: LogRecords) {
        let (level, format) = (level, format ?? .automatic)
        LoggingSystem.bootstrap { ConsoleLogHandler(label: $0, format: format, level: level, records: records) }
    }
}

extension ConsoleLogHandler.Format: ExpressibleByArgument {}
