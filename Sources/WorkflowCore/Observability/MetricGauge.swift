import Synchronization

/// A number that goes up and down.
public final class MetricGauge: Sendable {
    /// The bit pattern of the value.
    private let bits = Atomic<UInt64>(0)

    init() {}

    /// Replaces the value.
    public func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Adds to the value; a negative amount subtracts.
    public func add(_ amount: Double) {
        bits.add(amount)
    }

    /// The current value.
    public var value: Double {
        Double(bitPattern: bits.load(ordering: .relaxed))
    }
}
