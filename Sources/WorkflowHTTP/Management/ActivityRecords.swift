import Synchronization
public import WorkflowCore

/// What an application does, for those who look on through the management API.
///
/// Nothing is recorded, and nothing is spent, while nobody looks on. When the last one has gone, recording goes on for
/// a while, so that a reader whose connection broke misses nothing.
public final class ActivityRecords: Sendable {
    /// How long recording goes on after the last reader.
    private static let patience = Duration.seconds(60)

    private struct State {
        var readers = 0
        var readersOfData = 0
        var end: ContinuousClock.Instant?
        var traces: Traces?
    }

    let ring: EventRing<ActivityEvent>
    private let isRecording = Atomic(false)
    private let state = Mutex(State())

    /// Creates an empty list.
    ///
    /// - Parameter limit: How many bytes the records may take.
    public init(limit: Int = 4 << 20) {
        ring = EventRing(limit: limit)
    }

    /// Adds what a workflow tells of itself; pass it to the engine as its observer of lifecycle events.
    public func append(_ event: LifecycleEvent) {
        guard isRecording.load(ordering: .relaxed) else { return }
        append(ActivityEvent(event))
    }

    /// Takes what an engine does, once there are readers.
    func use(_ traces: Traces) {
        state.withLock { $0.traces = traces }
    }

    /// Says that a reader has come, or gone.
    func readerChanged(isThere: Bool, wantsData: Bool) {
        let change = isThere ? 1 : -1
        state.withLock { state in
            state.readers += change
            if wantsData { state.readersOfData += change }
            state.end = state.readers > 0 ? nil : .now + Self.patience
            guard isThere, !isRecording.load(ordering: .relaxed) else { return }
            isRecording.store(true, ordering: .relaxed)
            state.traces?.watch { [weak self] in self?.append($0) }
        }
    }

    /// Whether readers want the data of events; `nil` when there have been no readers for a while.
    private var keepsData: Bool? {
        state.withLock { state in
            guard let end = state.end, end < .now else { return state.readersOfData > 0 }
            isRecording.store(false, ordering: .relaxed)
            state.traces?.watch(nil)
            return nil
        }
    }

    private func append(_ activity: EngineActivity) {
        switch activity {
        case .transitions(let records, let instance):
            for record in records { append(ActivityEvent(record, of: instance)) }
        case .delivery(let delivery): append(ActivityEvent(delivery))
        // Told by lifecycle events, or not of interest here.
        case .called, .returned, .step, .removed: break
        }
    }

    private func append(_ event: @autoclosure () -> ActivityEvent) {
        guard let keepsData else { return }
        var event = event()
        let cost = event.limitData(isWanted: keepsData)
        ring.append(event, cost: cost)
    }
}
