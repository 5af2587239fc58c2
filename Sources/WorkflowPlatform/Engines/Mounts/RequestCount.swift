import Synchronization

/// How many requests of a workflow are in progress.
final class RequestCount: Sendable {
    let value = Atomic<Int>(0)

    /// Takes a place; `nil` when there are none left.
    func enter(upTo limit: Int) -> RequestSlot? {
        guard value.add(1, ordering: .relaxed).newValue <= limit else {
            value.subtract(1, ordering: .relaxed)
            return nil
        }
        return RequestSlot(of: self)
    }
}

/// The place that one request takes; given back once, at the latest when nobody has it any more, as for a streamed body
/// that is dropped without being produced.
final class RequestSlot: Sendable {
    private let hasLeft = Atomic<Bool>(false)
    private let count: RequestCount

    init(of count: RequestCount) {
        self.count = count
    }

    func leave() {
        if !hasLeft.exchange(true, ordering: .relaxed) { count.value.subtract(1, ordering: .relaxed) }
    }

    deinit { leave() }
}
