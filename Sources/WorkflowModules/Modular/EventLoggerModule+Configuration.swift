import Logging
public import WorkflowCore

extension EventLoggerModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// Whether anything is logged.
        public var enabled = true
        /// The level of the log lines.
        public var level = "info"
        /// The broker of the topics.
        public var broker = ""
        /// The topics.
        public var topics = ["workflow.*"]
        /// The types of the events; empty for all.
        public var eventTypes: [String] = []
        /// Whether the content is logged.
        public var includePayload = false
        /// Where the lines go.
        public var output = "log"
        /// The file.
        public var path: ConfigurationFilePath?
        /// How large the file may become.
        public var maxSize = ByteSize(bytes: 10 << 20)
        /// How many earlier files are kept.
        public var maxBackups = 5

        public static let fields: [ConfigurationField<Self>] = [
            .init("enabled", \.enabled, "Whether anything is logged."),
            .init(
                "level", \.level, "The level of the lines in the program's log.", aliases: ["logLevel", "log_level"],
                schema: .choice(["trace", "debug", "info", "notice", "warning", "error"])),
            .init(
                "broker", \.broker, "The broker of `topics`; may be left out when there is only one.",
                reference: .messageBroker),
            .init(
                "topics", \.topics,
                "Topics, or patterns such as `order.*`, whose messages are logged; by default the workflows that are started, completed and failed.",
                check: { topics in topics.lazy.compactMap { TopicPattern.problem($0) }.first }),
            .init(
                "eventTypes", \.eventTypes,
                "Only events of these types, or patterns such as `workflow.*.failed`; without it all.",
                aliases: ["event_types", "eventTypeFilters", "event_type_filters"],
                check: { types in types.lazy.compactMap { TopicPattern.problem($0) }.first }),
            .init(
                "includePayload", \.includePayload,
                "Whether the content of messages is logged, which may hold what is private or secret.",
                aliases: ["include_payload"]),
            .init(
                "output", \.output, "Where the lines go: to the program's log, or to a file of their own.",
                schema: .choice(["log", "file"])),
            .init(
                "path", \.path, "With `output: file`: the file, relative to the configuration; its folder must exist."),
            .init(
                "maxSize", \.maxSize, "With `output: file`: how large the file may become before a new one is begun.",
                aliases: ["max_size"], check: { $0.bytes >= 1024 ? nil : "must be at least 1KB" }),
            .init(
                "maxBackups", \.maxBackups,
                "With `output: file`: how many earlier files are kept, as `<path>.1` (the newest) and so on.",
                aliases: ["max_backups"], schema: .integer(minimum: 0, maximum: 1000)),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            if output == "file", path == nil {
                decoder.fail(node, "missing key \"path\"", suggestion: "path: the file that output: file writes to")
            } else if output == "log", path != nil {
                decoder.fail(node, "a path has no effect without output: file", suggestion: "add output: file")
            }
        }

        var logLevel: Logger.Level { Logger.Level(rawValue: level) ?? .info }
    }
}
