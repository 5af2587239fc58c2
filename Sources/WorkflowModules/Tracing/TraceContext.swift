import Tracing

/// A place in a trace: what one span tells the spans below it, in this process and in others (W3C Trace Context).
struct TraceContext: Sendable, Hashable {
    /// The identifier of a trace: 16 bytes that are not all zero.
    struct TraceID: Sendable, Hashable {
        var high: UInt64
        var low: UInt64
    }

    /// The bit of ``flags`` that says that the trace is recorded.
    static let sampledFlag: UInt8 = 0x01
    /// The bits of ``flags`` that have a meaning: besides ``sampledFlag``, that the trace identifier is random.
    static let knownFlags: UInt8 = 0x03

    var traceID: TraceID
    /// The identifier of the span; not zero.
    var spanID: UInt64
    var flags: UInt8 = 0
    /// What the systems on the way have added, as it came.
    var state = ""
    /// Whether the span belongs to another process, or to an earlier run of this one.
    var isRemote = false

    /// Whether the trace is recorded.
    var isSampled: Bool { flags & Self.sampledFlag != 0 }
}

extension TraceContext {
    fileprivate enum Key: ServiceContextKey {
        typealias Value = TraceContext
        static var nameOverride: String? { "trace-context" }
    }
}

extension ServiceContext {
    /// The place in a trace that belongs to this context.
    var traceContext: TraceContext? {
        get { self[TraceContext.Key.self] }
        set { self[TraceContext.Key.self] = newValue }
    }
}
