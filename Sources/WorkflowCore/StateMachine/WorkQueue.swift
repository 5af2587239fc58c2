import DequeModule
import HeapModule

/// Which work is ready, waiting for its time, or running; decisions only, no effects.
///
/// Ready work waits in one lane for each handler, and the lanes take turns: a slow handler neither holds up the others
/// nor gets more work than it can run at once, so that the time-out of a step only covers its own run.
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

    private struct Lane {
        var ready: Deque<WorkItem> = []
        var running = 0
        var limit = Int.max

        var isOpen: Bool { running < limit && !ready.isEmpty }
    }

    private var lanes: [Lane] = []
    private var laneIndices: [String: Int] = [:]
    /// The lane whose turn it is.
    private var turn = 0
    private var delayed: Heap<Delayed> = []
    private var tokens: [String: Int64] = [:]
    private var sequence = 0
    private(set) var running = 0
    /// The items that are ready in lanes.
    private var waitingInLanes = 0
    let concurrency: Int

    init(concurrency: Int) {
        self.concurrency = concurrency
    }

    /// The items held, whether ready, waiting or running.
    var count: Int { tokens.count }

    /// The items that are ready or running.
    var active: Int { waitingInLanes + running }

    /// The items that wait for their time.
    var waiting: Int { delayed.count }

    /// The items that could run now, if there were somebody to run them.
    var readyCount: Int {
        lanes.reduce(0) { $0 + min($1.ready.count, $1.limit - min($1.limit, $1.running)) }
    }

    /// When the first waiting item becomes due.
    var nextDue: Timestamp? { delayed.min?.due }

    /// Says how many items of a handler may run at once.
    mutating func limit(_ handler: String, to limit: Int) {
        let index = lane(handler)
        lanes[index].limit = max(1, limit)
    }

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
        while let first = delayed.min, first.due <= now { enterLane(delayed.removeMin().item) }
        guard running < concurrency, waitingInLanes > 0 else { return nil }
        for offset in lanes.indices {
            let index = (turn + offset) % lanes.count
            guard lanes[index].isOpen, let item = lanes[index].ready.popFirst() else { continue }
            turn = index + 1
            lanes[index].running += 1
            waitingInLanes -= 1
            running += 1
            return item
        }
        return nil
    }

    /// The fencing token to use for an item that is held.
    func token(of item: WorkItem) -> Int64 {
        tokens[item.id] ?? item.fencingToken
    }

    /// An item that was running goes on, with its new attempt count, cursor or due time.
    mutating func resume(_ item: WorkItem, as next: WorkItem, now: Timestamp) {
        leaveLane(item)
        tokens[next.id] = max(token(of: next), next.fencingToken)
        schedule(next, now: now)
    }

    /// An item that was running is done.
    mutating func finish(_ item: WorkItem) {
        leaveLane(item)
        tokens[item.id] = nil
    }

    /// Forgets the items that are not running.
    mutating func forgetWaiting() {
        for index in lanes.indices {
            for item in lanes[index].ready { tokens[item.id] = nil }
            lanes[index].ready = []
        }
        for entry in delayed.unordered { tokens[entry.item.id] = nil }
        delayed = []
        waitingInLanes = 0
    }

    private mutating func schedule(_ item: WorkItem, now: Timestamp) {
        if item.notBefore <= now {
            enterLane(item)
        } else {
            sequence += 1
            delayed.insert(Delayed(due: item.notBefore, sequence: sequence, item: item))
        }
    }

    private mutating func enterLane(_ item: WorkItem) {
        lanes[lane(item.handler)].ready.append(item)
        waitingInLanes += 1
    }

    private mutating func leaveLane(_ item: WorkItem) {
        lanes[lane(item.handler)].running -= 1
        running -= 1
    }

    private mutating func lane(_ handler: String) -> Int {
        if let index = laneIndices[handler] { return index }
        lanes.append(Lane())
        laneIndices[handler] = lanes.count - 1
        return lanes.count - 1
    }
}

extension WorkItem {
    /// The name of the handler that runs next; empty when there is none.
    var handler: String { handlers.indices.contains(cursor) ? handlers[cursor] : "" }
}
