/// Which members of an object, or elements of an array, a schema has looked at: what `unevaluatedProperties` and
/// `unevaluatedItems` leave alone.
struct EvaluatedMembers: Sendable {
    /// Whether anybody wants to know.
    let isTracking: Bool
    private var all = false
    /// The first 64.
    private var low: UInt64 = 0
    private var high: [UInt64] = []

    init(isTracking: Bool) {
        self.isTracking = isTracking
    }

    func contains(_ position: Int) -> Bool {
        if all { return true }
        if position < 64 { return low >> UInt64(position) & 1 == 1 }
        let word = position / 64 - 1
        return word < high.count && high[word] >> UInt64(position % 64) & 1 == 1
    }

    mutating func insert(_ position: Int) {
        guard isTracking, !all else { return }
        if position < 64 {
            low |= 1 << UInt64(position)
            return
        }
        let word = position / 64 - 1
        while high.count <= word { high.append(0) }
        high[word] |= 1 << UInt64(position % 64)
    }

    mutating func insertAll() {
        if isTracking { all = true }
    }

    mutating func formUnion(_ other: EvaluatedMembers) {
        guard isTracking else { return }
        all = all || other.all
        low |= other.low
        while high.count < other.high.count { high.append(0) }
        for (index, word) in other.high.enumerated() { high[index] |= word }
    }
}
