/// A store that several processes share, whose outgoing events keep their order when what they tell of moves from one
/// process to another.
///
/// Each process delivers the events that it has committed itself, without looking at those of others. When an instance has
/// moved, the events of the process before may not be delivered yet: it is slow, or gone, and others have yet to take
/// them over. Then the events of the next process wait for them.
public protocol OrderedOutbox: StateStore {
    /// Under which identifier this process commits events now; empty when it has none. Another one after others have taken
    /// over from it.
    var outboxOwner: String { get }

    /// Returns outgoing events of this process in the order in which they were committed, as ``StateStore/outbox(limit:)``
    /// does, all as of one moment.
    ///
    /// - Throws: ``StoreError``.
    func orderedOutbox(limit: Int) async throws -> [OrderedOutboxEvent]
}

/// An outgoing event, and whether it must wait.
public struct OrderedOutboxEvent: Sendable, Hashable {
    /// The event.
    public var event: OutboxEvent
    /// Whether another process has yet to deliver an earlier event of the same broker and key.
    public var mustWait: Bool

    /// Creates an event.
    public init(_ event: OutboxEvent, mustWait: Bool = false) {
        self.event = event
        self.mustWait = mustWait
    }
}
