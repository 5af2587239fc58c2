import Logging
import Synchronization

/// Keeps the last lines that an application has logged in a test.
final class TestLog: Sendable {
    private static let capacity = 200

    private let lines = Mutex<[String]>([])

    /// The last lines, the oldest first.
    func last(_ count: Int) -> [String] { lines.withLock { Array($0.suffix(count)) } }

    /// A logger whose lines come here.
    var logger: Logger {
        var logger = Logger(label: "workflow") { _ in TestLogHandler(log: self) }
        logger.logLevel = .info
        return logger
    }

    fileprivate func add(_ line: String) {
        lines.withLock { lines in
            if lines.count >= 2 * Self.capacity { lines.removeFirst(Self.capacity) }
            lines.append(line)
        }
    }
}

private struct TestLogHandler: LogHandler {
    let log: TestLog
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(log: TestLog) {
        self.log = log
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let details = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        log.add("\(event.level) \(event.message)\(details)")
    }
}
