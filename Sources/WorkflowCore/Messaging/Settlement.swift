import Synchronization

/// Calls back once when every subscription that a message was meant for is done with it.
final class Settlement: Sendable {
    private let remaining: Atomic<Int>
    private let settled: @Sendable () -> Void

    /// Creates a settlement that waits for `count` calls of ``complete()``; `count` is not 0.
    init(count: Int, settled: @escaping @Sendable () -> Void) {
        self.remaining = Atomic(count)
        self.settled = settled
    }

    /// Says that one subscription is done with the message.
    func complete() {
        if remaining.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { settled() }
    }
}
