/// What a ``WorkDispatcher`` holds in memory, and when it has to look into the store for more; decisions only.
///
/// Work is held in memory under a lease. When there is too much, new work is committed without a lease and read later.
struct WorkBacklog {
    /// How many items may be ready, running or about to be committed.
    let capacity: Int
    /// How many items may wait for their time.
    let waitingCapacity: Int
    /// How many items one reading of the store may bring.
    let pageSize: Int

    private(set) var queue: WorkQueue
    private(set) var isStopping = false
    /// When the store may have work that nobody holds; `nil` when there is none.
    private var storeDue: Timestamp? = Timestamp(nanoseconds: .min)
    private var reserved = 0
    /// Runners that write an outcome; each looks for the next item as soon as that is done.
    var writers = 0
    private var lateCommits = LateCommits()
    /// What has ended since a search for strays began, and may be among what it finds.
    private var endedInSearch: Set<String>?

    init(concurrency: Int, capacity: Int, waitingCapacity: Int = 100_000, pageSize: Int = 1000) {
        self.capacity = capacity
        self.waitingCapacity = waitingCapacity
        self.pageSize = pageSize
        queue = WorkQueue(concurrency: concurrency)
    }

    /// Whether there is room for a new item; room that is granted must be given back with ``take(_:now:)`` or
    /// ``abandon(_:isCommitUnknown:now:)``.
    mutating func reserve(_ id: String, now: Timestamp) -> Bool {
        guard !isStopping, queue.active + reserved < capacity, queue.waiting < waitingCapacity else {
            lookIntoStore(at: now)
            return false
        }
        reserved += 1
        queue.reserve(id)
        return true
    }

    /// Takes items that were committed.
    mutating func take(_ items: [WorkItem], now: Timestamp) {
        for item in items {
            if item.leaseOwner != nil {
                reserved -= 1
                queue.add(item, now: now)
            } else {
                // Once more after the commit: a reading that began before it may have missed the item.
                lookIntoStore(at: item.notBefore)
            }
        }
    }

    /// Gives back room for items that were not committed, or perhaps were.
    mutating func abandon(_ items: [WorkItem], isCommitUnknown: Bool, now: Timestamp) {
        for item in items {
            if item.leaseOwner == nil {
                lookIntoStore(at: item.notBefore)
                continue
            }
            reserved -= 1
            queue.release(item.id)
        }
        if isCommitUnknown { expectStrays(now: now) }
    }

    /// Looks, for a while, for strays in the store: items that are leased to this run and that it does not hold, since
    /// the answer to a commit was lost.
    mutating func expectStrays(now: Timestamp) { lateCommits.expect(now: now) }

    /// - Returns: Whether it is time to look for strays; ``endSearch(_:now:)`` must follow then.
    mutating func beginSearch(now: Timestamp) -> Bool {
        guard !isStopping, lateCommits.begin(now: now) else { return false }
        endedInSearch = []
        return true
    }

    /// Takes the strays that were found.
    mutating func endSearch(_ found: [WorkItem], now: Timestamp) {
        for item in found where endedInSearch?.contains(item.id) == false { queue.add(item, now: now) }
        endedInSearch = nil
    }

    /// Begins a reading of the store when it is time for one and there is room.
    ///
    /// - Returns: How many items to read; 0 for none.
    mutating func beginReading(now: Timestamp) -> Int {
        guard !isStopping, room > 0, let due = storeDue, due <= now else { return 0 }
        storeDue = nil
        return room
    }

    /// Takes what was read.
    ///
    /// - Parameters:
    ///   - items: The items.
    ///   - next: When to read again.
    ///   - now: The time.
    mutating func endReading(_ items: [WorkItem], next: Timestamp?, now: Timestamp) {
        for item in items { queue.add(item, now: now) }
        if let next { lookIntoStore(at: next) }
    }

    /// Takes the next item to run; ``finish(_:now:)`` or ``resume(_:as:now:)`` must follow.
    mutating func next(now: Timestamp) -> WorkItem? { isStopping ? nil : queue.next(now: now) }

    /// Whether there is more to run, or to read, than those who are about to look for work will see to.
    var isHelpNeeded: Bool {
        queue.readyCount > writers || queue.waiting > 0 || storeDue != nil
    }

    /// When something is to be done without a signal.
    var nextDue: Timestamp? {
        guard !isStopping else { return nil }
        let waiting = queue.running < queue.concurrency ? queue.nextDue : nil
        return [room > 0 ? storeDue : nil, waiting, lateCommits.due].compactMap { $0 }.min()
    }

    mutating func resume(_ item: WorkItem, as next: WorkItem, now: Timestamp) {
        queue.resume(item, as: next, now: now)
    }

    mutating func finish(_ item: WorkItem, now: Timestamp) {
        endedInSearch?.insert(item.id)
        queue.finish(item, now: now)
    }

    /// Takes items again that were finished without having been run.
    mutating func takeAgain(_ items: [WorkItem], now: Timestamp) {
        for item in items { queue.add(item, now: now) }
    }

    /// Says how many items of a handler may run at once.
    mutating func limit(_ handler: String, to limit: Int) { queue.limit(handler, to: limit) }

    /// Forgets the items that are not running, and looks for what is left of them in the store.
    mutating func forgetWaiting(now: Timestamp) {
        queue.forgetWaiting()
        lookIntoStore(at: now)
    }

    mutating func stop() { isStopping = true }

    private var room: Int {
        let active = queue.active + reserved
        guard active <= capacity / 2, queue.waiting < waitingCapacity else { return 0 }
        return min(capacity - active, pageSize)
    }

    private mutating func lookIntoStore(at time: Timestamp) {
        storeDue = storeDue.map { min($0, time) } ?? time
    }
}
