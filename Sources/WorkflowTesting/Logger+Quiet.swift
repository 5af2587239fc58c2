public import Logging

extension Logger {
    /// A logger that writes nothing.
    public static var quiet: Logger {
        Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    }
}
