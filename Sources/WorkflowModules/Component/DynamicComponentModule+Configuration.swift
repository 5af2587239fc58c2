public import WorkflowCore

extension DynamicComponentModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the component is for.
        public var description = ""
        /// Another name for the component.
        public var componentID = ""
        /// The script.
        public var source = ConfigurationFilePath("")
        /// Further names for the component.
        public var provides: [String] = []
        /// Accepted, without effect.
        public var requires: [String] = []
        /// What the script's `init` gets.
        public var config: JSONObject = [:]
        /// What the script may use.
        public var limits = LimitsConfiguration()
        /// What the script may do.
        public var allow = GrantsConfiguration()

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the component is for, in words."),
            .init(
                "componentId", \.componentID,
                "Another name by which steps find the component; it is found under its module name in any case."),
            .init("source", \.source, "The script, a JavaScript file.", required: true),
            .init("provides", \.provides, "Further names by which steps find the component."),
            .init(
                "requires", \.requires,
                "Accepted for configurations of other engines; has no effect. Use `dependsOn` of the module."),
            .init("config", \.config, "Free keys for the script: its `init` gets them."),
            .init("limits", \.limits, "What the script, and one call of it, may use."),
            .init("allow", \.allow, "What the script may do besides computing. Without it, nothing."),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// What a script, and one call of it, may use.
    public struct LimitsConfiguration: ConfigurationObject {
        /// The limits.
        public var limits = ScriptLimits()
        var memory: ByteSize {
            get { ByteSize(bytes: limits.memory) }
            set { limits.memory = newValue.bytes }
        }
        var outputSize: ByteSize {
            get { ByteSize(bytes: limits.outputSize) }
            set { limits.outputSize = newValue.bytes }
        }

        private static let positive: @Sendable (Duration) -> String? = { $0 > .zero ? nil : "must be more than 0" }
        private static let someBytes: @Sendable (ByteSize) -> String? = { $0.bytes > 0 ? nil : "must be more than 0" }

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "cpuTime", \.limits.cpuTime, "Processor time of one uninterrupted stretch of a call.", check: positive),
            .init("wallTime", \.limits.wallTime, "Time of one call, waiting included.", check: positive),
            .init("memory", \.memory, "Memory that the scripts of one worker may allocate.", check: someBytes),
            .init(
                "outputSize", \.outputSize,
                "The largest input, output and value of a call, as JSON; also the largest answer to a `fetch`.",
                check: someBytes),
            .init(
                "concurrency", \.limits.concurrency, "Calls that may be under way at once; more wait.",
                schema: .integer(minimum: 1, maximum: 100_000)),
            .init(
                "queue", \.limits.queue, "Calls that may wait; more are refused.",
                schema: .integer(minimum: 0, maximum: 10_000_000)),
            .init(
                "instances", \.limits.instances,
                "Copies of the component in different workers, each with variables of its own.",
                schema: .integer(minimum: 1, maximum: 64)),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// What a script may do besides computing.
    public struct GrantsConfiguration: ConfigurationObject {
        /// The hosts that `workflow.fetch` may ask.
        public var http: [String] = []
        /// Whether those hosts may have addresses of private networks.
        public var allowsPrivate = false
        /// What addresses those hosts may have besides public ones.
        public var addresses: [String] = []
        /// The topics that `workflow.publish` may use.
        public var publish: [String] = []
        /// Whether `workflow.kv` may be used.
        public var kv = false
        /// The types of resources that `workflow.resource.get` may read.
        public var resources: [String] = []
        /// The state machines that `workflow.transition` may drive.
        public var transitions: [String] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "http", \.http,
                "Hosts that `workflow.fetch` may ask: `api.example.com` for the standard ports, `localhost:8081` for another one, `*.example.com` for all below.",
                check: { hosts in hosts.lazy.compactMap { HostRule.problem($0) }.first }),
            .init(
                "private", \.allowsPrivate,
                "Whether those hosts may have addresses of this machine and of private networks. An address, or `localhost`, that `http` names itself is allowed in any case."
            ),
            .init(
                "addresses", \.addresses,
                "Ranges of addresses, such as `10.1.0.0/16`, that those hosts may have besides public ones.",
                check: { ranges in ranges.lazy.compactMap { AddressRange.problem($0) }.first }),
            .init(
                "publish", \.publish, "Topics, or patterns such as `order.*`, that `workflow.publish` may use.",
                check: { topics in topics.lazy.compactMap { TopicPattern.problem($0) }.first }),
            .init(
                "kv", \.kv,
                "Whether `workflow.kv` may be used: small values that stay after a restart, each component its own."),
            .init(
                "resources", \.resources, "Types of resources that `workflow.resource.get` may read; `*` for all."),
            .init(
                "transitions", \.transitions,
                "State machines (names of definitions) whose instances `workflow.transition` may move; `*` for all."),
        ]

        /// Creates the defaults.
        public init() {}
    }
}
