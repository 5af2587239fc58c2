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
    /// The fencing tokens of the items held, and ``reservedToken`` for those that are about to be committed.
    private var tokens: [String: Int64] = [:]
    /// Newer claims of items that are held, which take their place as soon as those do not run.
    private var newer: [String: WorkItem] = [:]
    private var sequence = 0
    private static let reservedToken = Int64.min
    private(set) var running = 0
    /// The items that are ready in lanes.
    private var waitingInLanes = 0
    let concurrency: Int

    init(concurrency: Int) {
        self.concurrency = concurrency
    }

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

    /// Keeps a place for an item that is about to be committed.
    mutating func reserve(_ id: String) { tokens[id] = Self.reservedToken }

    /// Gives up the place of an item that was not committed, or perhaps was.
    mutating func release(_ id: String) { tokens[id] = nil }

    /// Whether an item is not held, or only an older claim of it.
    func lacks(_ id: String, token: Int64) -> Bool {
        guard let held = tokens[id] else { return true }
        return held != Self.reservedToken && held < token
    }

    /// Takes an item. A newer claim of an item that is held comes after the older one, whose outcome it fences out.
    mutating func add(_ item: WorkItem, now: Timestamp) {
        if let token = tokens[item.id], token != Self.reservedToken {
            guard item.fencingToken > max(token, newer[item.id]?.fencingToken ?? token) else { return }
            newer[item.id] = item
        } else {
            take(item, now: now)
        }
    }

    /// Moves due items to the ready ones and returns the next one that may run.
    mutating func next(now: Timestamp) -> WorkItem? {
        while let first = delayed.min, first.due <= now { enterLane(delayed.removeMin().item) }
        while running < concurrency, let item = nextReady() {
            guard newer.isEmpty || newer[item.id] == nil else {
                finish(item, now: now)
                continue
            }
            return item
        }
        return nil
    }

    private mutating func nextReady() -> WorkItem? {
        guard waitingInLanes > 0 else { return nil }
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

    /// An item that was running goes on, with its new attempt count, cursor or due time.
    mutating func resume(_ item: WorkItem, as next: WorkItem, now: Timestamp) {
        leaveLane(item)
        let newer = newer.removeValue(forKey: item.id)
        take(newer.flatMap { $0.fencingToken > next.fencingToken ? $0 : nil } ?? next, now: now)
    }

    /// An item that was running is done.
    mutating func finish(_ item: WorkItem, now: Timestamp) {
        leaveLane(item)
        tokens[item.id] = nil
        if !newer.isEmpty, let newer = newer.removeValue(forKey: item.id) { take(newer, now: now) }
    }

    /// Forgets the items that are not running.
    mutating func forgetWaiting() {
        for index in lanes.indices {
            for item in lanes[index].ready { tokens[item.id] = nil }
            lanes[index].ready = []
        }
        for entry in delayed.unordered { tokens[entry.item.id] = nil }
        delayed = []
        newer = [:]
        waitingInLanes = 0
    }

    private mutating func take(_ item: WorkItem, now: Timestamp) {
        tokens[item.id] = item.fencingToken
        schedule(item, now: now)
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
