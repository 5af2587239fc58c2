import DequeModule
import HeapModule

/// Which work is ready, waiting for its time, or running; decisions only, no effects.
struct WorkQueue {
    private struct Delayed: Comparable {
        let due: Timestamp
        let sequence: Int
        let item: WorkItem

        static func < (left: Delayed, right: Delayed) -> Bool {
            (left.due, left.sequence) < (right.due, right.sequence)
        }

        static func == (left: Delayed, right: Delayed) -> Bool {
            left.sequence == right.sequence
        }
    }

    private var ready: Deque<WorkItem> = []
    private var delayed: Heap<Delayed> = []
    private var tokens: [String: Int64] = [:]
    private var sequence = 0
    private(set) var running = 0
    let concurrency: Int

    init(concurrency: Int) {
        self.concurrency = concurrency
    }

    /// The items held, whether ready, waiting or running.
    var count: Int { tokens.count }

    /// The items that are ready or running.
    var active: Int { ready.count + running }

    /// The items that wait for their time.
    var waiting: Int { delayed.count }

    /// When the first waiting item becomes due.
    var nextDue: Timestamp? { delayed.min?.due }

    /// Takes an item. An item that is held already only gets the newer fencing token.
    mutating func add(_ item: WorkItem, now: Timestamp) {
        if let token = tokens[item.id] {
            tokens[item.id] = max(token, item.fencingToken)
        } else {
            tokens[item.id] = item.fencingToken
            schedule(item, now: now)
        }
    }

    /// Moves due items to the ready ones and returns the next one that may run.
    mutating func next(now: Timestamp) -> WorkItem? {
        while let first = delayed.min, first.due <= now {
            ready.append(delayed.removeMin().item)
        }
        guard running < concurrency, let item = ready.popFirst() else { return nil }
        running += 1
        return item
    }

    /// The fencing token to use for an item that is held.
    func token(of item: WorkItem) -> Int64 {
        tokens[item.id] ?? item.fencingToken
    }

    /// An item that was running goes on, with its new attempt count, cursor or due time.
    mutating func resume(_ item: WorkItem, now: Timestamp) {
        running -= 1
        tokens[item.id] = max(token(of: item), item.fencingToken)
        schedule(item, now: now)
    }

    /// An item that was running is done.
    mutating func finish(_ item: WorkItem) {
        running -= 1
        tokens[item.id] = nil
    }

    private mutating func schedule(_ item: WorkItem, now: Timestamp) {
        if item.notBefore <= now {
            ready.append(item)
        } else {
            sequence += 1
            delayed.insert(Delayed(due: item.notBefore, sequence: sequence, item: item))
        }
    }
}
