import Tracing

extension Traces {
    /// One tracer for two, either of which may be missing; `nil` without both.
    ///
    /// - Parameters:
    ///   - first: Decides how traces go on in other processes.
    ///   - second: Hears of the same spans.
    static func joined(_ first: (any Tracer)?, _ second: (any Tracer)?) -> (any Tracer)? {
        guard let first, let second else { return first ?? second }
        return pair(first, second)
    }

    private static func pair(_ first: some Tracer, _ second: some Tracer) -> any Tracer {
        PairedTracer(first: first, second: second)
    }
}

/// Two tracers that both hear of each span. How a trace goes on in other processes is a matter of the first one.
private struct PairedTracer<First: Tracer, Second: Tracer>: Tracer {
    let first: First
    let second: Second

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> PairedSpan<First.Span, Second.Span> {
        let instant = instant()
        let outer = first.startSpan(
            operationName, context: context(), ofKind: kind, at: instant, function: function, file: fileID, line: line)
        let inner = second.startSpan(
            operationName, context: outer.context, ofKind: kind, at: instant, function: function, file: fileID,
            line: line)
        return PairedSpan(first: outer, second: inner)
    }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        first.extract(carrier, into: &context, using: extractor)
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        first.inject(context, into: &carrier, using: injector)
    }

    /// Does nothing: both send by themselves.
    func forceFlush() {}
}

/// The spans of two tracers for one operation.
private struct PairedSpan<First: Span, Second: Span>: Span {
    let first: First
    let second: Second

    var context: ServiceContext { second.context }

    var isRecording: Bool { first.isRecording || second.isRecording }

    var operationName: String {
        get { first.operationName }
        nonmutating set {
            first.operationName = newValue
            second.operationName = newValue
        }
    }

    var attributes: SpanAttributes {
        // A span that is not recorded forgets them.
        get { first.isRecording ? first.attributes : second.attributes }
        nonmutating set {
            first.attributes = newValue
            second.attributes = newValue
        }
    }

    func setStatus(_ status: SpanStatus) {
        first.setStatus(status)
        second.setStatus(status)
    }

    func addEvent(_ event: SpanEvent) {
        first.addEvent(event)
        second.addEvent(event)
    }

    func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        let instant = instant()
        first.recordError(error, attributes: attributes, at: instant)
        second.recordError(error, attributes: attributes, at: instant)
    }

    func addLink(_ link: SpanLink) {
        first.addLink(link)
        second.addLink(link)
    }

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let instant = instant()
        second.end(at: instant)
        first.end(at: instant)
    }
}
