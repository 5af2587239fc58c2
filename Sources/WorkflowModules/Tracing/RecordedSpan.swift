import Synchronization
import Tracing

/// A span of ``OTLPTracer``.
///
/// One that is not recorded only carries its place in the trace, so that what is below it is not recorded either.
struct RecordedSpan: Span {
    /// What is recorded, shared by the copies of the span.
    final class Recording: Sendable {
        let state: Mutex<SpanRecord>
        let limits: SpanLimits
        let queue: SpanQueue

        init(_ record: SpanRecord, limits: SpanLimits, queue: SpanQueue) {
            self.state = Mutex(record)
            self.limits = limits
            self.queue = queue
        }

        /// Changes the record, unless the span has ended.
        func update(_ body: (inout SpanRecord) -> Void) {
            state.withLock { record in
                if record.end == nil { body(&record) }
            }
        }
    }

    let context: ServiceContext
    private let recording: Recording?

    init(context: ServiceContext, recording: Recording? = nil) {
        self.context = context
        self.recording = recording
    }

    var isRecording: Bool { recording.map { $0.state.withLock { $0.end == nil } } ?? false }

    var operationName: String {
        get { recording?.state.withLock { $0.name } ?? "" }
        nonmutating set { recording?.update { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { recording?.state.withLock { $0.attributes } ?? [:] }
        nonmutating set {
            guard let recording else { return }
            recording.update { $0.replaceAttributes(newValue, limit: recording.limits.attributes) }
        }
    }

    func setStatus(_ status: SpanStatus) {
        // What was called a success stays one.
        recording?.update { if $0.status?.code != .ok { $0.status = status } }
    }

    func addEvent(_ event: SpanEvent) {
        add(event.name, at: event.nanosecondsSinceEpoch, event.attributes)
    }

    func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        guard recording != nil else { return }
        var attributes = attributes
        attributes["exception.type"] = String(reflecting: type(of: error))
        attributes["exception.message"] = "\(error)"
        add("exception", at: instant().nanosecondsSinceEpoch, attributes)
    }

    func addLink(_ link: SpanLink) {
        guard let recording, let context = link.context.traceContext else { return }
        recording.update { record in
            if record.links.count < recording.limits.links {
                record.links.append(.init(context: context, attributes: link.attributes))
            } else {
                record.droppedLinks += 1
            }
        }
    }

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard let recording else { return }
        let time = instant().nanosecondsSinceEpoch
        let ended = recording.state.withLock { record -> SpanRecord? in
            guard record.end == nil else { return nil }
            // Clocks may be set back.
            record.end = max(time, record.start)
            return record
        }
        if let ended { recording.queue.add(ended) }
    }

    private func add(_ name: String, at time: UInt64, _ attributes: SpanAttributes) {
        guard let recording else { return }
        recording.update { record in
            if record.events.count < recording.limits.events {
                record.events.append(.init(name: name, time: time, attributes: attributes))
            } else {
                record.droppedEvents += 1
            }
        }
    }
}
