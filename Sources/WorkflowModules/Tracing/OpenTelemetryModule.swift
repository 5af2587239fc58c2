import Synchronization
public import WorkflowCore

/// Sends traces of the application to a collector.
///
/// ```yaml
/// modules:
///   - name: tracing
///     type: observability.otel
///     config:
///       endpoint: http://collector:4318
///       sampleRatio: 0.1
/// ```
public final class OpenTelemetryModule: WorkflowModule, SummarizedModule {
    private static let clientKey = "http client of tracing"

    private let configuration: Configuration
    private let environment: EngineEnvironment
    private let tracer: OTLPTracer
    private let processor: SpanBatchProcessor
    private let receiver: String
    private let task = Mutex<Task<Void, Never>?>(nil)

    public init(configuration: Configuration, context: ModuleContext) throws {
        let environment = context.environment
        if let other = context.generation.claim("tracer", owner: context.name) {
            throw context.error("the module \"\(other)\" is of the type observability.otel already")
        }
        let place = try FetchPlace.parse(configuration.endpoint).place
        let host = place.host.contains(":") ? "[\(place.host)]" : place.host
        receiver = "\(place.scheme)://\(host):\(place.port)"
        let limits = SpanLimits()
        let alarm = Alarm()
        let losses = SpanLosses(environment: environment, logger: context.logger)
        let queue = SpanQueue(
            capacity: configuration.maxQueueSize, batchSize: configuration.maxExportBatchSize, alarm: alarm,
            losses: losses)
        let exporter = SpanExporter(
            url: configuration.url, receiver: receiver, headers: configuration.fields, policy: configuration.policy,
            document: OTLPDocument(
                resource: TraceResource.attributes(configuration, instance: environment.identifiers.next()),
                limits: limits),
            environment: environment)
        self.configuration = configuration
        self.environment = environment
        tracer = OTLPTracer(sampler: configuration.traceSampler, limits: limits, queue: queue)
        processor = SpanBatchProcessor(
            queue: queue, alarm: alarm, losses: losses, exporter: exporter, delay: configuration.scheduleDelay)
    }

    /// The tracer is what the generation takes from here.
    public var services: [any Sendable] { [self, tracer] }

    public var summaryLines: [SummaryLine] { [SummaryLine("traces", receiver)] }

    public func prepare() async throws {
        let client = try environment.resources.acquire(
            Self.clientKey, make: { GuardedHTTPClient(forNamedHosts: environment) },
            close: { await $0.shutdown() })
        task.withLock { task in
            task = Task { [processor] in await processor.run(through: client) }
        }
    }

    public func shutdown() async {
        let task = self.task.withLock { task in
            defer { task = nil }
            return task
        }
        guard let task else { return }
        processor.close()
        do {
            try await withTimeout(configuration.shutdownTimeout, clock: environment.clock) {
                await withTaskCancellationHandler {
                    await task.value
                } onCancel: {
                    task.cancel()
                }
            }
        } catch {
            // The time is over: the task has been cancelled, and has counted and told what it dropped.
        }
        await environment.resources.release(Self.clientKey)
    }
}
