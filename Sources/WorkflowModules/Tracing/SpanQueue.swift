import Synchronization

/// Keeps spans that have ended until they are sent; has room for a fixed number and never lets anybody wait.
final class SpanQueue: Sendable {
    private struct State {
        var spans: [SpanRecord] = []
        var isClosed = false
    }

    private let capacity: Int
    private let batchSize: Int
    private let alarm: Alarm
    private let losses: SpanLosses
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: For how many spans there is room.
    ///   - batchSize: How many are sent at once; when there are as many, `alarm` is rung.
    ///   - alarm: Wakes who sends them.
    ///   - losses: Told of spans for which there was no room.
    init(capacity: Int, batchSize: Int, alarm: Alarm, losses: SpanLosses) {
        self.capacity = capacity
        self.batchSize = batchSize
        self.alarm = alarm
        self.losses = losses
    }

    /// Whether there are enough spans to be sent at once.
    var hasBatch: Bool { state.withLock { $0.spans.count >= batchSize } }

    /// Adds a span, or drops it when there is no room.
    func add(_ span: SpanRecord) {
        let count = state.withLock { state -> Int? in
            guard state.spans.count < capacity, !state.isClosed else { return nil }
            state.spans.append(span)
            return state.spans.count
        }
        if count == nil { losses.add(1, because: .queueFull) }
        if count == batchSize { alarm.ring() }
    }

    /// Takes the spans that are sent next; empty when there are none.
    func takeBatch() -> [SpanRecord] {
        state.withLock { state in
            let batch = Array(state.spans.prefix(batchSize))
            state.spans.removeFirst(batch.count)
            return batch
        }
    }

    /// Takes no more spans.
    ///
    /// - Returns: How many there are.
    func close() -> Int {
        state.withLock { state in
            state.isClosed = true
            return state.spans.count
        }
    }
}
