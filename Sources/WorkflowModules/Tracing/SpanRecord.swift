import Tracing

/// What is known about a span; once it has ended, what is sent to the collector.
struct SpanRecord: Sendable {
    /// Something that happened during a span.
    struct Event: Sendable {
        let name: String
        let time: UInt64
        let attributes: SpanAttributes
    }

    /// Another span that has to do with this one.
    struct Link: Sendable {
        let context: TraceContext
        let attributes: SpanAttributes
    }

    let context: TraceContext
    let parent: TraceContext?
    let kind: SpanKind
    /// When it began, in nanoseconds since 1970.
    let start: UInt64
    var name: String
    /// When it ended, in nanoseconds since 1970; `nil` while it goes on.
    var end: UInt64?
    var status: SpanStatus?
    var attributes = SpanAttributes()
    var events: [Event] = []
    var links: [Link] = []
    var droppedAttributes = 0
    var droppedEvents = 0
    var droppedLinks = 0

    /// Replaces the attributes; beyond the limit, new ones are left out.
    mutating func replaceAttributes(_ new: SpanAttributes, limit: Int) {
        guard new.count > limit else {
            attributes = new
            return
        }
        var kept = SpanAttributes()
        attributes.forEach { name, _ in
            if let value = new.get(name) { kept.set(name, value: value) }
        }
        new.forEach { name, value in
            if kept.count < limit { kept.set(name, value: value) }
        }
        droppedAttributes += new.count - kept.count
        attributes = kept
    }
}

/// How large a span may become (the defaults of the OpenTelemetry specification, and a bound for texts).
struct SpanLimits: Sendable, Hashable {
    /// How many attributes a span, an event or a link may have.
    var attributes = 128
    /// How many events a span may have.
    var events = 128
    /// How many links a span may have.
    var links = 128
    /// How many characters of a text are sent.
    var textLength = 4096
}
