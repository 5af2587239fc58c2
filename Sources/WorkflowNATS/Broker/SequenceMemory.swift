#if NATS
import DequeModule

/// The messages that were handled last, by their place in the stream, so that one whose acknowledgement got lost is not
/// handled once more.
struct SequenceMemory: Sendable {
    private let capacity: Int
    private var members: Set<UInt64> = []
    private var order = Deque<UInt64>()

    /// - Parameter capacity: How many are remembered.
    init(capacity: Int) {
        self.capacity = capacity
    }

    func contains(_ sequence: UInt64) -> Bool { members.contains(sequence) }

    mutating func insert(_ sequence: UInt64) {
        guard members.insert(sequence).inserted else { return }
        order.append(sequence)
        if order.count > capacity, let oldest = order.popFirst() { members.remove(oldest) }
    }
}
#endif
