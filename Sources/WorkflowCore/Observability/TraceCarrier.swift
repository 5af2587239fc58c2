import HTTPTypes
import Tracing

/// Carries a place in a trace from one process, or one run of it, to another.
struct TraceCarrier: Sendable {
    /// Reads and writes carriers for tracers.
    struct Access: Extractor, Injector {
        func extract(key: String, from carrier: TraceCarrier) -> String? {
            let value =
                switch key {
                case "traceparent": carrier.parent
                case "tracestate": carrier.state
                default: ""
                }
            return value.isEmpty ? nil : value
        }

        func inject(_ value: String, forKey key: String, into carrier: inout TraceCarrier) {
            switch key {
            case "traceparent": carrier.parent = value
            case "tracestate": carrier.state = value
            default: break
            }
        }
    }

    private static let parentName = HTTPField.Name("traceparent")
    private static let stateName = HTTPField.Name("tracestate")

    private(set) var parent = ""
    private(set) var state = ""

    /// Reads what ``text`` was.
    init(_ text: String) {
        let end = text.utf8.firstIndex(of: UInt8(ascii: " ")) ?? text.endIndex
        parent = String(text[..<end])
        if end < text.endIndex { state = String(text[text.utf8.index(after: end)...]) }
    }

    /// Reads the header fields of a request; several of one name are as good as one with commas.
    init(_ fields: HTTPFields) {
        parent = Self.value(of: Self.parentName, in: fields)
        state = parent.isEmpty ? "" : Self.value(of: Self.stateName, in: fields)
    }

    /// Takes the place of a context.
    init(_ context: ServiceContext, of tracer: any Tracer) {
        Self.inject(context, into: &self, tracer)
    }

    /// The place in one text; empty for none.
    var text: String { state.isEmpty ? parent : "\(parent) \(state)" }

    /// The header fields for an outgoing request.
    var fields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        if !parent.isEmpty { fields.append(("traceparent", parent)) }
        if !state.isEmpty { fields.append(("tracestate", state)) }
        return fields
    }

    /// A context at the place.
    func context(for tracer: any Tracer) -> ServiceContext {
        var context = ServiceContext.topLevel
        if !parent.isEmpty { Self.extract(self, into: &context, tracer) }
        return context
    }

    private static func value(of name: HTTPField.Name?, in fields: HTTPFields) -> String {
        name.flatMap { fields[$0] } ?? ""
    }

    // Opens the existential, whose generic functions cannot be called on it otherwise.
    private static func inject(
        _ context: ServiceContext, into carrier: inout TraceCarrier, _ tracer: some Tracer
    ) {
        tracer.inject(context, into: &carrier, using: Access())
    }

    private static func extract(
        _ carrier: TraceCarrier, into context: inout ServiceContext, _ tracer: some Tracer
    ) {
        tracer.extract(carrier, into: &context, using: Access())
    }
}
