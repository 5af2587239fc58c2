import Logging
import Synchronization
public import WorkflowCore

/// Logs what workflows do, and the messages of chosen topics.
///
/// ```yaml
/// modules:
///   - name: events
///     type: messaging.broker
///   - name: audit
///     type: eventlogger.modular
///     config: {output: file, path: audit.jsonl}
/// ```
public final class EventLoggerModule: WorkflowModule, MessageHandler {
    private let configuration: Configuration
    private let context: ModuleContext
    private let types: [TopicPattern]
    private let file: RotatingFile?
    private let subscriptions = Mutex<[any Subscription]>([])

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        types = try configuration.eventTypes.map { try TopicPattern($0) }
        file = configuration.path.map { path in
            RotatingFile(
                path: path.resolved, maximumSize: configuration.maxSize.bytes, backups: configuration.maxBackups)
        }
    }

    public func validate() throws {
        guard configuration.enabled else { return }
        if !configuration.topics.isEmpty { _ = try broker() }
        guard let path = configuration.path,
            let other = context.generation.claim("file \(path.resolved)", owner: context.name)
        else { return }
        throw context.error("the module \"\(other)\" writes to \(path.written) already", suggestion: "use another file")
    }

    public func prepare() async throws {
        guard configuration.enabled else { return }
        try await file?.prepare()
        for topic in configuration.topics {
            let pattern = try TopicPattern(topic)
            let subscription = try await broker().subscribe(
                to: pattern, name: "eventlogger/\(context.name)/\(pattern)", handler: self)
            subscriptions.withLock { $0.append(subscription) }
        }
    }

    public func activate() async throws {
        try await log(EventRecord("application.started", at: context.clock.now))
    }

    public func quiesce() async {
        do {
            try await log(EventRecord("application.stopping", at: context.clock.now))
        } catch {
            context.logger.warning("An event was not logged", metadata: ["error": "\(error)"])
        }
    }

    public func shutdown() async {
        let subscriptions = subscriptions.withLock { subscriptions in
            defer { subscriptions = [] }
            return subscriptions
        }
        for subscription in subscriptions { await subscription.cancel() }
        await file?.close()
    }

    public func handle(_ message: Message) async throws {
        try await log(EventRecord(message, includesPayload: configuration.includePayload))
    }

    private func log(_ record: EventRecord) async throws {
        guard configuration.enabled, types.isEmpty || types.contains(where: { $0.matches(record.type) }) else { return }
        if let file {
            try await file.append(record.line)
        } else {
            context.logger.log(level: configuration.logLevel, "Event", metadata: record.metadata)
        }
    }

    private func broker() throws -> any MessageBroker {
        try context.generation.broker(named: configuration.broker).broker
    }
}
