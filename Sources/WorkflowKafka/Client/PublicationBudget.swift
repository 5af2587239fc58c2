#if Kafka
import DequeModule

/// How much may be on its way to the brokers at once; who wants more waits for its turn.
struct PublicationBudget<Waiter> {
    private let maxCount: Int
    private let maxBytes: Int
    private var count = 0
    private var bytes = 0
    private var waiting = Deque<(size: Int, waiter: Waiter)>()

    /// - Parameters:
    ///   - maxCount: The greatest number of messages.
    ///   - maxBytes: The greatest size of all of them; one message alone may be larger.
    init(maxCount: Int, maxBytes: Int) {
        self.maxCount = maxCount
        self.maxBytes = maxBytes
    }

    private func fits(_ size: Int) -> Bool {
        count == 0 || (count < maxCount && bytes + size <= maxBytes)
    }

    /// Takes room for a message.
    ///
    /// - Returns: `false` when there is none, or others wait for it.
    mutating func take(_ size: Int) -> Bool {
        guard waiting.isEmpty, fits(size) else { return false }
        count += 1
        bytes += size
        return true
    }

    /// Lets somebody wait for room.
    mutating func wait(_ size: Int, _ waiter: Waiter) {
        waiting.append((size, waiter))
    }

    /// Gives room back.
    ///
    /// - Returns: Those that have room now.
    mutating func give(_ size: Int) -> [Waiter] {
        count -= 1
        bytes -= size
        var next: [Waiter] = []
        while let first = waiting.first, fits(first.size) {
            waiting.removeFirst()
            count += 1
            bytes += first.size
            next.append(first.waiter)
        }
        return next
    }

    /// Lets nobody wait any more.
    mutating func removeWaiting() -> [Waiter] {
        defer { waiting = [] }
        return waiting.map(\.waiter)
    }
}
#endif
