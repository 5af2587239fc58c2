import Tracing

/// Records spans and hands those that have ended to a queue; reads and writes W3C Trace Context.
final class OTLPTracer: Tracer {
    private let sampler: TraceSampler
    private let limits: SpanLimits
    private let queue: SpanQueue
    private let identifiers: TraceIdentifiers

    /// - Parameters:
    ///   - sampler: Decides which traces are recorded.
    ///   - limits: How large a span may become.
    ///   - queue: Takes the spans that have ended.
    ///   - identifiers: Where the identifiers of traces and spans come from.
    init(
        sampler: TraceSampler, limits: SpanLimits = SpanLimits(), queue: SpanQueue,
        identifiers: TraceIdentifiers = TraceIdentifiers()
    ) {
        self.sampler = sampler
        self.limits = limits
        self.queue = queue
        self.identifiers = identifiers
    }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> RecordedSpan {
        var context = context()
        let parent = context.traceContext
        if let parent, !parent.isSampled, !parent.isRemote { return RecordedSpan(context: context) }
        let trace = parent?.traceID ?? identifiers.nextTrace()
        let isRecorded = sampler.records(trace, parent: parent)
        var place = TraceContext(traceID: trace, spanID: identifiers.nextSpan(), state: parent?.state ?? "")
        place.flags = (parent?.flags ?? 0) & ~TraceContext.sampledFlag | (isRecorded ? TraceContext.sampledFlag : 0)
        context.traceContext = place
        guard isRecorded else { return RecordedSpan(context: context) }
        let record = SpanRecord(
            context: place, parent: parent, kind: kind, start: instant().nanosecondsSinceEpoch, name: operationName)
        return RecordedSpan(context: context, recording: .init(record, limits: limits, queue: queue))
    }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: "traceparent", from: carrier) else { return }
        let state = extractor.extract(key: "tracestate", from: carrier)
        if let place = TraceContext(traceparent: parent, tracestate: state) { context.traceContext = place }
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let place = context.traceContext else { return }
        injector.inject(place.traceparent, forKey: "traceparent", into: &carrier)
        if !place.state.isEmpty { injector.inject(place.state, forKey: "tracestate", into: &carrier) }
    }

    /// Does nothing: the module sends what is left when it is shut down.
    func forceFlush() {}
}
