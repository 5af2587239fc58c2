/// What a call of ``StateStore/removeHistory(of:completedBefore:after:limit:)`` has done.
public struct HistoryRemoval: Sendable, Hashable {
    /// How many rows were removed.
    public var removed: Int
    /// Where to go on; `nil` at the end.
    public var next: Int64?

    /// Creates a result.
    public init(removed: Int = 0, next: Int64? = nil) {
        self.removed = removed
        self.next = next
    }
}
