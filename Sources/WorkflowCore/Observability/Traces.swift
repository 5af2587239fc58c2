import Synchronization
public import Tracing

/// Makes the spans of an application with the tracer of its generation. Without a tracer, all of this costs one look at
/// a flag.
///
/// A trace goes on through messages, outgoing events and durable work as text (``current``): `traceparent` and, behind a
/// blank, `tracestate`, as W3C Trace Context has them. It is empty when there is no trace. ``EventHops`` go with it.
public final class Traces: Sendable {
    private let hasTracer = Atomic(false)
    private let installed = Mutex<(any Tracer)?>(nil)
    /// Who looks on, whether there is a tracer or not.
    let activity = ActivityWatch()

    /// Creates the traces of an application.
    ///
    /// - Parameter tracer: Makes the spans; `nil` when a module may bring a tracer.
    public init(tracer: (any Tracer)? = nil) {
        if let tracer { install(tracer) }
    }

    /// Makes the spans from now on with a tracer; `nil` for no spans.
    func install(_ tracer: (any Tracer)?) {
        installed.withLock { $0 = tracer }
        hasTracer.store(tracer != nil, ordering: .releasing)
    }

    /// Makes the spans; `nil` when there is nobody to send them to.
    public var tracer: (any Tracer)? {
        guard hasTracer.load(ordering: .acquiring) else { return nil }
        return installed.withLock { $0 }
    }

    /// The place of the current task in its trace, for messages and stores; empty when there is none.
    public var current: String {
        guard let tracer, let context = ServiceContext.current else { return EventHops.marking("") }
        return EventHops.marking(TraceCarrier(context, of: tracer).text)
    }

    /// Runs something within a span.
    ///
    /// - Parameters:
    ///   - name: What is done; few different names.
    ///   - kind: Its part in the exchange with other systems.
    ///   - trace: Where the trace comes from; empty for the span of the current task.
    ///   - attributes: More about it; only asked for when the span is recorded.
    ///   - body: Does it. Gets the span when it is recorded.
    /// - Throws: What `body` throws; the span tells of it.
    public func span<Result>(
        _ name: @autoclosure () -> String, kind: SpanKind = .internal, from trace: String = "",
        attributes: @autoclosure () -> SpanAttributes = [:],
        _ body: ((any Span)?) async throws -> Result
    ) async throws -> Result {
        let (hops, trace) = EventHops.split(trace)
        if hops > 0 {
            return try await EventHops.$current.withValue(hops) {
                try await span(name(), kind: kind, from: trace, attributes: attributes(), body)
            }
        }
        guard let tracer else { return try await body(nil) }
        let parent =
            trace.isEmpty ? ServiceContext.current ?? .topLevel : TraceCarrier(trace).context(for: tracer)
        return try await span(name(), kind, tracer, parent, attributes, body)
    }

    /// Runs something as a part of a trace, without a span of its own.
    ///
    /// - Parameters:
    ///   - trace: Where the trace comes from; empty for none.
    ///   - body: What to run.
    public func resume<Result>(_ trace: String, _ body: () async -> Result) async -> Result {
        let (hops, trace) = EventHops.split(trace)
        if hops > 0 { return await EventHops.$current.withValue(hops) { await resume(trace, body) } }
        guard !trace.isEmpty, let tracer else { return await body() }
        return await ServiceContext.withValue(TraceCarrier(trace).context(for: tracer)) { await body() }
    }

    /// Runs something within a span of a tracer.
    func span<Result>(
        _ name: String, _ kind: SpanKind, _ tracer: any Tracer, _ parent: ServiceContext,
        _ attributes: () -> SpanAttributes, _ body: ((any Span)?) async throws -> Result
    ) async throws -> Result {
        let span = tracer.startSpan(name, context: parent, ofKind: kind)
        guard span.isRecording else {
            return try await ServiceContext.withValue(span.context) { try await body(nil) }
        }
        let first = attributes()
        if !first.isEmpty { span.attributes = first }
        defer { span.end() }
        do {
            return try await ServiceContext.withValue(span.context) { try await body(span) }
        } catch {
            if !(error is CancellationError) { span.fail(error) }
            throw error
        }
    }
}

extension Span {
    /// Marks the span as failed.
    func fail(_ error: any Error) {
        updateAttributes { $0["error.type"] = Self.type(of: error) }
        recordError(error)
        setStatus(SpanStatus(code: .error, message: "\(error)"))
    }

    private static func type(of error: any Error) -> String {
        switch error {
        case let error as WorkflowError: "\(error.code)"
        case let error as StoreError: "\(error.code)"
        default: "\(Swift.type(of: error))"
        }
    }
}
