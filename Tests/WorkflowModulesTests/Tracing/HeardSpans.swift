import Synchronization
import Tracing

/// A tracer that keeps the attributes of spans that have ended, by their names.
final class HeardSpans: Tracer {
    private let ended = Mutex<[String: SpanAttributes]>([:])

    var attributes: [String: SpanAttributes] { ended.withLock { $0 } }

    fileprivate func append(_ name: String, _ attributes: SpanAttributes) {
        ended.withLock { $0[name] = attributes }
    }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> HeardSpan {
        HeardSpan(operationName, context(), self)
    }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {}

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {}

    func forceFlush() {}
}

/// A span of ``HeardSpans``.
final class HeardSpan: Span {
    let context: ServiceContext
    private let tracer: HeardSpans
    private let state: Mutex<(name: String, attributes: SpanAttributes)>

    init(_ name: String, _ context: ServiceContext, _ tracer: HeardSpans) {
        (self.context, self.tracer) = (context, tracer)
        state = Mutex((name, [:]))
    }

    var isRecording: Bool { true }

    var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }

    func setStatus(_ status: SpanStatus) {}

    func addEvent(_ event: SpanEvent) {}

    func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {}

    func addLink(_ link: SpanLink) {}

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let (name, attributes) = state.withLock { $0 }
        tracer.append(name, attributes)
    }
}
