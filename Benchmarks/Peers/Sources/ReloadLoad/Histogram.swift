/// Counts times in buckets that are less than 1 % wide.
struct Histogram {
    private static let precision = 7
    private static let size = 1 << precision
    private var buckets: [Int] = []
    private(set) var count = 0
    private(set) var maximum = 0

    /// Counts a time, in microseconds.
    mutating func record(_ microseconds: Int) {
        let value = max(0, microseconds)
        let index = Self.index(of: value)
        if index >= buckets.count { buckets.append(contentsOf: repeatElement(0, count: index + 1 - buckets.count)) }
        buckets[index] += 1
        count += 1
        maximum = max(maximum, value)
    }

    /// Adds the times of another one.
    mutating func merge(_ other: Histogram) {
        let missing = other.buckets.count - buckets.count
        if missing > 0 { buckets.append(contentsOf: repeatElement(0, count: missing)) }
        for (index, number) in other.buckets.enumerated() { buckets[index] += number }
        count += other.count
        maximum = max(maximum, other.maximum)
    }

    /// The time that this share of all times does not exceed, in microseconds.
    ///
    /// - Parameter share: From 0 to 1.
    func quantile(_ share: Double) -> Int {
        let rank = Int((share * Double(count)).rounded(.up))
        var seen = 0
        for (index, number) in buckets.enumerated() {
            seen += number
            if number > 0, seen >= rank { return min(maximum, Self.upperBound(of: index)) }
        }
        return maximum
    }

    private static func index(of value: Int) -> Int {
        guard value >= size else { return value }
        // From there on each power of two has `size` buckets of equal width.
        let shift = Int.bitWidth - value.leadingZeroBitCount - precision - 1
        return (shift + 1) * size + (value >> shift) - size
    }

    private static func upperBound(of index: Int) -> Int {
        guard index >= size else { return index }
        let shift = index / size - 1
        return ((index % size + size + 1) << shift) - 1
    }
}
