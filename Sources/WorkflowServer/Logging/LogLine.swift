import Foundation
import Logging
import WorkflowCore

extension ConsoleLogHandler.Format {
    /// An event as a line with its end. Control characters are escaped, so that nothing can make up a line of its own
    /// or change the colours of a terminal.
    func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        switch self {
        case .text: Self.escaped(Self.text(level, message, metadata)) + "\n"
        case .json: Self.escaped(Self.json(level, message, metadata)) + "\n"
        }
    }

    private static func text(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        let time = Timestamp.systemNow().description.dropFirst(11).prefix(12)
        var metadata = metadata
        let module = metadata.removeValue(forKey: "module").map { "\($0): " } ?? ""
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(quoted("\($0.value)"))" }.joined()
        let name = level.rawValue.uppercased().padding(toLength: 8, withPad: " ", startingAt: 0)
        return "\(time) \(name) \(module)\(message)\(pairs)"
    }

    private static func json(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String {
        var object: JSONObject = [
            "time": .string(Timestamp.systemNow().description), "level": .string(level.rawValue),
            "message": .string(message),
        ]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where object[key] == nil {
            object[key] = .string("\(value)")
        }
        return JSONValue.object(object).jsonString()
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { $0.value > 32 && $0 != "\"" }
        return isPlain && !text.isEmpty ? text : JSONValue.string(text).jsonString()
    }

    /// The text with control characters, and those that end lines or turn the direction of writing, as JSON escapes them.
    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == "\n" {
                result += "\\n"
            } else if isControl(scalar) {
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
