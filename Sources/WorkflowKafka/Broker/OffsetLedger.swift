#if Kafka
import DequeModule

/// What has been taken from a partition, and up to where all of it is done with.
struct OffsetLedger: Sendable {
    private struct Entry {
        let offset: Int64
        var isDone = false
    }

    private var entries = Deque<Entry>()
    private var lastTaken: Int64 = -1
    /// The first offset that is not done with, or the next one that comes; `nil` before anything is done with.
    private(set) var position: Int64?

    /// How many offsets lie between the first that is not done with and the last that was taken.
    var span: Int { entries.count }

    /// Notes a message.
    ///
    /// - Returns: `false` when it was taken before.
    mutating func take(_ offset: Int64) -> Bool {
        guard offset > lastTaken else { return false }
        lastTaken = offset
        entries.append(Entry(offset: offset))
        return true
    }

    /// Notes that a message is done with.
    ///
    /// - Returns: Whether ``position`` has changed.
    mutating func finish(_ offset: Int64) -> Bool {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].offset == offset else { return false }
        entries[low].isDone = true
        var hasMoved = false
        while let first = entries.first, first.isDone {
            entries.removeFirst()
            position = first.offset + 1
            hasMoved = true
        }
        return hasMoved
    }
}
#endif
