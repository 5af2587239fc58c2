public import WorkflowCore

extension ServiceKind {
    /// Looks for patterns among events: ``EventProcessor``.
    public static let eventProcessor = ServiceKind("event processor")
}

/// Looks for patterns among events; the section `event` of `workflows` gives it the patterns.
///
/// ```yaml
/// modules:
///   - name: fraud-detection
///     type: event.processor
/// ```
public struct EventProcessorModule: WorkflowModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the processor is for.
        public var description = ""
        /// How much is remembered.
        public var limits = EventPatternEngine.Limits()
        /// How often memory is freed.
        public var cleanupInterval: Duration = .seconds(60)
        var maxMemory: ByteSize {
            get { ByteSize(bytes: limits.bytes) }
            set { limits.bytes = newValue.bytes }
        }

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the processor is for, in words."),
            .init(
                "bufferSize", \.limits.events,
                "How many events of one pattern and key may wait for others; the oldest are dropped.",
                schema: .integer(minimum: 1, maximum: 100_000)),
            .init(
                "cleanupInterval", \.cleanupInterval,
                "How often the memory of events that lie too far back is freed; it changes no match.",
                check: { $0 > .zero ? nil : "must be more than 0" }),
            .init(
                "maxKeys", \.limits.keys,
                "How many keys are remembered; the one whose last event lies furthest back is dropped.",
                schema: .integer(minimum: 1, maximum: 10_000_000)),
            .init(
                "maxMemory", \.maxMemory, "How much memory all events may take, roughly.",
                check: { $0.bytes >= 1 << 20 ? nil : "must be at least 1MB" }),
        ]

        /// Creates the defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "event.processor",
        summary: "Looks for patterns among events, such as several failed logins within a minute.",
        details: """
            A processor has no patterns of its own: the section `event` of `workflows` adds them, and describes them.

            **Durability.** Each event is in the state store before its message counts as handled, and events that \
            belong to an occurrence are marked as used up after its handlers have run. With a durable store a restart \
            loses no event and changes no match; after a crash the handlers of an occurrence may run again, with the \
            same identifier of the message. Events of the same key are processed one after the other, so a slow \
            handler holds up its key, and no other. An event that is delivered again within an hour is not counted \
            again (as long as no 50,000 others came in between). Processes that share a store do not share events: let one of them \
            process them.

            **Limits.** What does not fit into `bufferSize`, `maxKeys` and `maxMemory` is dropped, the oldest first; \
            how much that was is logged with each `cleanupInterval`. One pattern may take `maxMemory`, divided by the \
            number of patterns, for one key; a larger event is refused.
            """,
        provides: [.eventProcessor],
        examples: [
            ModuleDescriptor.Example(
                "Three failed logins of a user within a minute",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: fraud-detection
                        type: event.processor
                        config:
                          bufferSize: 500
                          cleanupInterval: 30s
                      - name: alarm
                        type: messaging.handler
                    workflows:
                      event:
                        processor: fraud-detection
                        patterns:
                          - patternId: brute-force
                            eventTypes: [login.failed]
                            windowTime: 1m
                            minOccurs: 3
                        handlers:
                          - patternId: brute-force
                            handler: alarm
                        adapters:
                          - broker: events
                            topics: [login.failed]
                            sourceIdKey: user.id
                    """)
        ])

    /// The processor.
    public let processor: EventProcessor
    private let cleanupInterval: Duration
    private let clock: any EngineClock

    public init(configuration: Configuration, context: ModuleContext) throws {
        processor = EventProcessor(
            name: context.name, limits: configuration.limits, generation: context.generation, logger: context.logger)
        cleanupInterval = configuration.cleanupInterval
        clock = context.clock
    }

    public var services: [any Sendable] { [processor] }

    public func run() async throws {
        while true {
            try await clock.sleep(for: cleanupInterval)
            processor.cleanUp()
        }
    }

    public func shutdown() async {
        await processor.shutdown()
    }
}
