import Synchronization

/// A number that only grows.
///
/// ```swift
/// let requests = registry.counter("http_requests_total", help: "Requests served.", labels: ["method"])
/// let gets = requests.with("GET")
/// gets.increment()
/// ```
public final class MetricCounter: Sendable {
    private let whole = Atomic<Int>(0)
    /// The bit pattern of the sum of what was added as floating point.
    private let fraction = Atomic<UInt64>(0)

    init() {}

    /// Adds to the counter; negative amounts are ignored.
    public func increment(by amount: Int = 1) {
        if amount > 0 { whole.wrappingAdd(amount, ordering: .relaxed) }
    }

    /// Adds to the counter; amounts that are negative or not finite are ignored.
    public func increment(by amount: Double) {
        if amount > 0, amount.isFinite { fraction.add(amount) }
    }

    /// The current value.
    public var value: Double {
        Double(whole.load(ordering: .relaxed)) + Double(bitPattern: fraction.load(ordering: .relaxed))
    }

    /// Replaces the value; for counts that are kept elsewhere and read when metrics are collected.
    public func set(_ value: Double) {
        whole.store(0, ordering: .relaxed)
        fraction.store(value.bitPattern, ordering: .relaxed)
    }
}

extension Atomic where Value == UInt64 {
    /// Adds to the floating-point number whose bit pattern is stored.
    borrowing func add(_ amount: Double) {
        var current = load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: current) + amount).bitPattern
            let (exchanged, original) = weakCompareExchange(expected: current, desired: sum, ordering: .relaxed)
            if exchanged { return }
            current = original
        }
    }
}
