import Synchronization

/// Counts observations, such as durations in seconds, in buckets.
public final class MetricHistogram: Sendable {
    /// The upper bounds that fit durations of requests, in seconds.
    public static let defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// The upper bounds of the buckets, ascending, without the last one (infinity).
    public let buckets: [Double]
    private let counts: AtomicCounts
    /// The bit pattern of the sum.
    private let total = Atomic<UInt64>(0)

    /// Creates a histogram; the bounds must be ascending.
    init(buckets: [Double]) {
        self.buckets = buckets
        self.counts = AtomicCounts(count: buckets.count + 1)
    }

    /// Counts an observation; one that is not a number is ignored.
    public func record(_ value: Double) {
        guard !value.isNaN else { return }
        var index = 0
        while index < buckets.count, value > buckets[index] { index += 1 }
        counts.increment(index)
        total.add(value)
    }

    /// Counts a duration in seconds.
    public func record(_ duration: Duration) {
        record(duration.inSeconds)
    }

    /// The sum of all observations.
    public var sum: Double {
        Double(bitPattern: total.load(ordering: .relaxed))
    }

    /// How many observations each bucket has, the last one (infinity) included; not cumulative.
    public var bucketCounts: [Int] {
        (0...buckets.count).map { counts[$0] }
    }

    /// How many observations the bucket with this index has.
    func count(ofBucket index: Int) -> Int {
        counts[index]
    }
}

/// A fixed number of atomic integers.
///
/// `@unchecked`: the memory is allocated once and freed in `deinit`; in between only atomic operations touch it.
private final class AtomicCounts: @unchecked Sendable {
    private let counts: UnsafeMutablePointer<Atomic<Int>>
    private let count: Int

    init(count: Int) {
        self.count = count
        counts = .allocate(capacity: count)
        for index in 0..<count { (counts + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: count)
        counts.deallocate()
    }

    func increment(_ index: Int) {
        guard index < count else { return }
        counts[index].wrappingAdd(1, ordering: .relaxed)
    }

    subscript(index: Int) -> Int {
        index < count ? counts[index].load(ordering: .relaxed) : 0
    }
}
