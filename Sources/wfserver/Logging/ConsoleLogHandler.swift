import Foundation
import Logging
import Synchronization
import WorkflowCore

/// Writes log lines to standard error: readable text on a terminal, JSON otherwise.
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

    init(label: String, format: Format, level: Logger.Level) {
        self.label = label
        self.format = format
        self.logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let merged = metadata.merging(event.metadata ?? [:]) { $1 }
        let line =
            switch format {
            case .text: text(event.level, "\(event.message)", merged)
            case .json: json(event.level, "\(event.message)", merged)
            }
        Self.write(line)
    }

    private func text(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        let time = Timestamp.systemNow().description.dropFirst(11).prefix(12)
        var metadata = metadata
        let module = metadata.removeValue(forKey: "module").map { "\($0): " } ?? ""
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
        let name = level.rawValue.uppercased()
        return "\(time) \(name.padding(toLength: 8, withPad: " ", startingAt: 0)) \(module)\(message)\(pairs)\n"
    }

    private func json(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        var object: JSONObject = [
            "time": .string(Timestamp.systemNow().description), "level": .string(level.rawValue),
            "message": .string(message),
        ]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where object[key] == nil {
            object[key] = .string("\(value)")
        }
        return JSONValue.object(object).jsonString() + "\n"
    }

    /// Control characters are escaped, so that a value can never make up a line of its own.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { $0.value > 32 && $0 != "\"" && $0.value != 127 }
        return isPlain && !text.isEmpty ? text : JSONValue.string(text).jsonString()
    }

    private static let lock = Mutex(())

    private static func write(_ line: String) {
        lock.withLock { _ in
            var line = line
            line.withUTF8 { buffer in
                var rest = UnsafeRawBufferPointer(buffer)
                while !rest.isEmpty {
                    let written = Foundation.write(STDERR_FILENO, rest.baseAddress, rest.count)
                    if written <= 0 { return }
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
                }
            }
        }
    }
}
