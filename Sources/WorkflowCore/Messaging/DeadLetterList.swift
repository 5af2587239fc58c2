import DequeModule

/// The newest dead letters, up to a bound.
struct DeadLetterList {
    /// A letter with the queue it came from.
    struct Entry {
        let letter: DeadLetter
        let queue: SubscriptionQueue
    }

    private let capacity: Int
    private var entries = Deque<Entry>()
    private var lastID = 0
    /// How many letters were dropped because there were too many.
    private(set) var dropped = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 0)
    }

    /// The letters, oldest first.
    var letters: [DeadLetter] { entries.map(\.letter) }

    /// How many letters there are.
    var count: Int { entries.count }

    /// Adds a letter; drops the oldest when there are too many.
    mutating func append(
        message: Message, queue: SubscriptionQueue, error: String, attempts: Int, failedAt: Timestamp
    ) {
        lastID += 1
        let letter = DeadLetter(
            id: lastID, message: message, subscription: queue.name, error: error, attempts: attempts, failedAt: failedAt
        )
        entries.append(Entry(letter: letter, queue: queue))
        while entries.count > capacity {
            entries.removeFirst()
            dropped += 1
        }
    }

    /// Takes a letter out.
    mutating func remove(id: Int) -> Entry? {
        entries.firstIndex { $0.letter.id == id }.map { entries.remove(at: $0) }
    }

    /// Puts back a letter that was taken out.
    mutating func restore(_ entry: Entry) {
        let index = entries.firstIndex { $0.letter.id > entry.letter.id } ?? entries.endIndex
        entries.insert(entry, at: index)
    }
}
