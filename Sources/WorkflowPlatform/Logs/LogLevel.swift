public import Logging

/// How important a line of a workflow's log is.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
    case debug, info, warn, error, fatal

    /// The level for one of the logger.
    public init(_ level: Logger.Level) {
        self =
            switch level {
            case .trace, .debug: .debug
            case .info, .notice: .info
            case .warning: .warn
            case .error: .error
            case .critical: .fatal
            }
    }

    /// The least level of the logger that counts as this one.
    var loggerLevel: Logger.Level {
        switch self {
        case .debug: .trace
        case .info: .info
        case .warn: .warning
        case .error: .error
        case .fatal: .critical
        }
    }

    /// The name that clients see.
    public var name: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warn: "warn"
        case .error: "error"
        case .fatal: "fatal"
        }
    }

    /// The level with a name.
    init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
