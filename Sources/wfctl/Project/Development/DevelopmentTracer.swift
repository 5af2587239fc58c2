import Synchronization
import Tracing

/// Tells of the operations of an application as they end. Nothing of them is kept or sent.
struct DevelopmentTracer: Tracer {
    /// Hears of what has ended.
    let onEvent: @Sendable (DevelopmentEvent) -> Void

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> DevelopmentSpan {
        DevelopmentSpan(name: operationName, kind: kind, context: context(), onEvent: onEvent)
    }

    /// Nothing goes on in other processes.
    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {}

    /// Nothing goes on in other processes.
    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {}

    /// Does nothing: there is nothing to send.
    func forceFlush() {}
}

/// An operation that goes on.
final class DevelopmentSpan: Span {
    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var hasFailed = false
        var error: String?
        var isOver = false
    }

    let context: ServiceContext
    private let kind: SpanKind
    private let start = ContinuousClock.now
    private let onEvent: @Sendable (DevelopmentEvent) -> Void
    private let state: Mutex<State>

    init(
        name: String, kind: SpanKind, context: ServiceContext, onEvent: @escaping @Sendable (DevelopmentEvent) -> Void
    ) {
        self.context = context
        self.kind = kind
        self.onEvent = onEvent
        state = Mutex(State(name: name))
    }

    var isRecording: Bool { state.withLock { !$0.isOver } }

    var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }

    func setStatus(_ status: SpanStatus) {
        guard status.code == .error else { return }
        state.withLock { state in
            state.hasFailed = true
            if let message = status.message { state.error = message }
        }
    }

    func addEvent(_ event: SpanEvent) {}

    func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        state.withLock { $0.error = "\(error)" }
    }

    func addLink(_ link: SpanLink) {}

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let ended = state.withLock { state -> State? in
            guard !state.isOver else { return nil }
            state.isOver = true
            return state
        }
        guard let ended else { return }
        let error = ended.error ?? (ended.hasFailed ? "failed" : nil)
        let event = DevelopmentEvent(
            ended.name, kind, ended.attributes, duration: ContinuousClock.now - start, error: error)
        if let event { onEvent(event) }
    }
}
