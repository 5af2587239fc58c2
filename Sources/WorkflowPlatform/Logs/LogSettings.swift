/// How the logs of deployed workflows are kept.
public struct LogSettings: Sendable {
    /// The least level that is kept.
    public var level = LogLevel.info
    /// The longest message, and the longest value beside it, in bytes; more is cut off.
    public var longestText = 8 << 10
    /// How many bytes may wait to be written, for all workflows together; one of them may have an eighth of it.
    public var waitingBytes = 32 << 20
    /// The least time between two writes, in which lines gather.
    public var writeInterval: Duration = .milliseconds(50)
    /// How long a line is kept.
    public var age: Duration = .seconds(30 * 24 * 3600)
    /// How many lines of one workflow are kept.
    public var linesPerWorkflow = 100_000

    /// Creates the default settings.
    public init() {}
}
