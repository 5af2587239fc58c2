import Synchronization

/// A count that several tasks change.
public final class TestCounter: Sendable {
    private let count = Atomic<Int>(0)

    /// Creates a count of 0.
    public init() {}

    /// The current count.
    public var value: Int { count.load(ordering: .acquiring) }

    /// Adds one.
    ///
    /// - Returns: The new count.
    @discardableResult
    public func increment() -> Int {
        count.add(1, ordering: .acquiringAndReleasing).newValue
    }
}
