public import Logging
import Synchronization
public import WorkflowCore

/// The last lines of the log of a program, for the management API.
///
/// Give it to the log handler of the program, which adds each record, and to ``ManagedApplication/logs``.
public final class LogRecords: Sendable {
    /// The longest text of a record, in bytes; more is cut off.
    private static let longestText = 8 << 10
    private static let longestRecord = 32 << 10

    private static let mostKeys = 1000

    let ring: EventRing<LogRecord>
    /// Which keys sound secret; the same ones come again and again.
    private let secrecy = Mutex<[String: Bool]>([:])

    /// Creates an empty list.
    ///
    /// - Parameter limit: How many bytes the records may take.
    public init(limit: Int = 4 << 20) {
        ring = EventRing(limit: limit)
    }

    /// Adds a record without the secrets in it. Never waits for a reader.
    ///
    /// - Parameters:
    ///   - level: How important it is.
    ///   - message: What it says.
    ///   - metadata: More about it; `module` names the module that it comes from.
    ///   - time: When it was made.
    public func append(
        _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, time: Timestamp = .systemNow()
    ) {
        let message = Self.cut(SecretRedactor.redact(message))
        var cost = 128 + message.utf8.count
        var module = ""
        var fields: [(key: String, value: String)] = []
        fields.reserveCapacity(metadata.count)
        for (key, value) in metadata {
            let text = isSecret(key) ? SecretRedactor.mark : Self.cut(SecretRedactor.redact(Self.text(value)))
            if key == "module" {
                module = text
            } else if cost < Self.longestRecord {
                fields.append((key, text))
            }
            cost += key.utf8.count + text.utf8.count + 48
        }
        fields.sort { $0.key < $1.key }
        ring.append(
            LogRecord(time: time, level: level, module: module, message: message, fields: fields), cost: cost)
    }

    private static func text(_ value: Logger.MetadataValue) -> String {
        if case .string(let text) = value { text } else { "\(value)" }
    }

    private func isSecret(_ key: String) -> Bool {
        if let known = secrecy.withLock({ $0[key] }) { return known }
        let isSecret = ConfigurationRedactor.soundsSecret(key)
        secrecy.withLock { if $0.count < Self.mostKeys { $0[key] = isSecret } }
        return isSecret
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > longestText else { return text }
        return String(decoding: text.utf8.prefix(longestText), as: UTF8.self) + "…"
    }
}

/// A line of the log.
struct LogRecord: Sendable {
    let time: Timestamp
    let level: Logger.Level
    /// The module that it comes from; empty when it is the program itself.
    let module: String
    let message: String
    /// More about it, by name.
    let fields: [(key: String, value: String)]

    /// The record as JSON.
    var json: JSONObject {
        var document: JSONObject = [
            "time": .string(time.description), "level": .string(level.rawValue), "message": .string(message),
        ]
        if !module.isEmpty { document["module"] = .string(module) }
        if !fields.isEmpty {
            document["metadata"] = .object(JSONObject(fields.map { ($0.key, .string($0.value)) }))
        }
        return document
    }
}
