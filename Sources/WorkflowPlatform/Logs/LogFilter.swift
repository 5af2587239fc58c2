import Synchronization
import WorkflowCore
import WorkflowStore

/// Which lines of a log are wanted.
struct LogFilter: Sendable {
    var environment: String?
    /// The least level.
    var level: LogLevel?
    var module: String?
    var execution: String?
    var since: Timestamp?
    var until: Timestamp?
    /// What the message holds, in whatever case.
    var text: String?

    /// The conditions in SQL, each with `AND` before it.
    var sql: String { conditions.map { " AND \($0.sql)" }.joined() }

    /// The values of the conditions.
    var values: [SQLValue] { conditions.map(\.value) }

    private var conditions: [(sql: String, value: SQLValue)] {
        var conditions: [(String, SQLValue)] = []
        if let environment { conditions.append(("environment = ?", .text(environment))) }
        if let execution { conditions.append(("execution_id = ?", .text(execution))) }
        if let level { conditions.append(("level >= ?", .integer(Int64(level.rawValue)))) }
        if let module { conditions.append(("module_name = ?", .text(module))) }
        if let since { conditions.append(("created_at >= ?", .time(since))) }
        if let until { conditions.append(("created_at < ?", .time(until))) }
        if let text { conditions.append(("LOWER(message) LIKE ? ESCAPE '\\'", .text(Self.pattern(text)))) }
        return conditions
    }

    /// The pattern of texts that hold another one, of which the databases fold letters of ASCII only.
    private static func pattern(_ text: String) -> String {
        var pattern = "%"
        for scalar in text.unicodeScalars {
            if "%_\\".unicodeScalars.contains(scalar) { pattern.append("\\") }
            pattern.unicodeScalars.append(
                scalar.isASCII ? scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar : scalar)
        }
        return pattern + "%"
    }
}
