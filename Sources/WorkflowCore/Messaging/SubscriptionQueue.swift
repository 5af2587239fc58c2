import DequeModule
import Synchronization

/// A message on its way to one subscription.
struct Delivery: Sendable {
    var message: Message
    /// What waits for all subscriptions; `nil` for a dead letter that is delivered again.
    let settlement: Settlement?
    /// The dead letter that it is; `nil` for what was published.
    var letter: String?
}

/// The bounded queue of one subscription: what waits, what is in hand, who waits for room.
///
/// It outlives the subscription when the broker retains queues. Publishers that find it full are admitted in the order
/// in which they came.
final class SubscriptionQueue: Sendable {
    /// What became of an offer.
    enum Offer {
        case accepted
        /// There is no room; ``SubscriptionQueue/admit(_:)`` waits for it.
        case full
        /// Nobody will take messages from this queue any more.
        case gone
    }

    private struct Publisher {
        let id: UInt64
        let delivery: Delivery
        let continuation: CheckedContinuation<Bool, any Error>
    }

    private struct State {
        /// How many messages may wait or be in hand.
        var capacity: Int
        var waiting = KeyedQueue<Delivery>()
        /// Deliveries that a worker has, or that wait for their next attempt.
        var held = 0
        /// How many of them earlier workers may have.
        var inherited = 0
        var publishers = Deque<Publisher>()
        var lastPublisher: UInt64 = 0
        /// The workers that may take messages: those of the attachment with this number.
        var attachment = 0
        var workers: WakeUp?
        /// Whether there are several workers.
        var isShared = false
        var isDropped = false
        var drains: [WakeUp] = []

        var count: Int { waiting.count + held }

        mutating func push(_ delivery: Delivery) {
            waiting.append(delivery, key: delivery.message.key)
        }

        /// Returns who waits for the queue to be empty, when it is.
        mutating func takeDrains() -> [WakeUp] {
            guard count == 0, !drains.isEmpty else { return [] }
            defer { drains = [] }
            return drains
        }

        /// Lets in as many waiting publishers as there is room for.
        mutating func admitPublishers() -> [Publisher] {
            guard !publishers.isEmpty else { return [] }
            var admitted: [Publisher] = []
            while count < capacity, let publisher = publishers.popFirst() {
                push(publisher.delivery)
                admitted.append(publisher)
            }
            return admitted
        }
    }

    let name: String
    let pattern: TopicPattern
    private let state: Mutex<State>

    init(name: String, pattern: TopicPattern, capacity: Int) {
        self.name = name
        self.pattern = pattern
        state = Mutex(State(capacity: max(capacity, 1)))
    }

    /// How many messages wait or are in hand.
    var depth: Int { state.withLock { $0.count } }

    // MARK: - Publishers

    /// Adds a message if there is room.
    func offer(_ delivery: Delivery, beyondCapacity: Bool = false) -> Offer {
        let (offer, workers) = state.withLock { state -> (Offer, WakeUp?) in
            if state.isDropped { return (.gone, nil) }
            guard beyondCapacity || (state.count < state.capacity && state.publishers.isEmpty) else {
                return (.full, nil)
            }
            state.push(delivery)
            return (.accepted, state.workers)
        }
        workers?.signal()
        return offer
    }

    /// Adds a message; waits for room.
    ///
    /// - Returns: `false` when the queue went away instead.
    /// - Throws: `CancellationError`, or what ``drop(publishersGet:)`` was given; the message is not in the queue then.
    func admit(_ delivery: Delivery) async throws -> Bool {
        let id = state.withLock { state in
            state.lastPublisher += 1
            return state.lastPublisher
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (result, workers) = state.withLock { state -> (Result<Bool, any Error>?, WakeUp?) in
                    if Task.isCancelled { return (.failure(CancellationError()), nil) }
                    if state.isDropped { return (.success(false), nil) }
                    guard state.count >= state.capacity || !state.publishers.isEmpty else {
                        state.push(delivery)
                        return (.success(true), state.workers)
                    }
                    state.publishers.append(Publisher(id: id, delivery: delivery, continuation: continuation))
                    return (nil, nil)
                }
                workers?.signal()
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let publisher = state.withLock { state in
                state.publishers.firstIndex { $0.id == id }.map { state.publishers.remove(at: $0) }
            }
            publisher?.continuation.resume(throwing: CancellationError())
        }
    }

    // MARK: - Workers

    /// Lets new workers take messages.
    ///
    /// - Parameters:
    ///   - isShared: Whether there are several workers.
    ///   - capacity: How many messages may wait or be in hand from now on.
    /// - Returns: What the workers wait on, and their number for ``next(attachment:)``.
    func attach(isShared: Bool, capacity: Int) -> (workers: WakeUp, attachment: Int) {
        let workers = WakeUp()
        let (before, attachment, publishers) = state.withLock { state in
            let before = state.workers
            state.attachment += 1
            state.inherited = state.held
            state.workers = workers
            state.isShared = isShared
            state.capacity = max(capacity, 1)
            return (before, state.attachment, state.admitPublishers())
        }
        before?.close()
        for publisher in publishers { publisher.continuation.resume(returning: true) }
        return (workers, attachment)
    }

    /// Keeps the workers from taking more messages; new ones can be attached later.
    func detach() {
        let workers = state.withLock { state in
            state.attachment += 1
            defer { state.workers = nil }
            return state.workers
        }
        workers?.close()
    }

    /// Ends the queue: nobody will take the messages that are left.
    ///
    /// - Parameter error: What publishers that wait for room get; with `nil` they go on without this queue.
    /// - Returns: The messages that were left.
    func drop(publishersGet error: (any Error)?) -> [Delivery] {
        detach()
        let (left, publishers, drains) = state.withLock { state in
            state.isDropped = true
            let left = Array(state.waiting.removeAll())
            defer { state.publishers = [] }
            return (left, state.publishers, state.takeDrains())
        }
        for publisher in publishers {
            if let error {
                publisher.continuation.resume(throwing: error)
            } else {
                publisher.continuation.resume(returning: false)
            }
        }
        for drain in drains { drain.close() }
        return left
    }

    /// What a worker finds.
    enum Next {
        case delivery(Delivery)
        case nothing
        /// The worker's attachment has ended.
        case end
    }

    /// Takes the next message that may be handled now.
    func next(attachment: Int) -> Next {
        let (next, others) = state.withLock { state -> (Next, WakeUp?) in
            guard state.attachment == attachment else { return (.end, nil) }
            guard let delivery = state.waiting.take() else { return (.nothing, nil) }
            state.held += 1
            return (.delivery(delivery), state.isShared && state.waiting.mayHaveMore ? state.workers : nil)
        }
        others?.signal()
        return next
    }

    /// Says that a message which was taken is done with.
    func finish(_ delivery: Delivery) {
        let (workers, publishers, drains) = state.withLock { state -> (WakeUp?, [Publisher], [WakeUp]) in
            state.held -= 1
            state.waiting.finish(key: delivery.message.key)
            let publishers = state.admitPublishers()
            // The new workers cannot know that its key is free.
            let workers = state.inherited > 0 ? state.workers : nil
            if state.inherited > 0 { state.inherited -= 1 }
            return (workers, publishers, state.takeDrains())
        }
        workers?.signal()
        for publisher in publishers { publisher.continuation.resume(returning: true) }
        for drain in drains { drain.close() }
    }

    /// Returns a message that was taken, to be handled before all others of its key.
    func putBack(_ delivery: Delivery) {
        let (workers, drains) = state.withLock { state in
            state.held -= 1
            if !state.isDropped { state.waiting.putBack(delivery) }
            return (state.workers, state.takeDrains())
        }
        workers?.signal()
        for drain in drains { drain.close() }
    }

    // MARK: - Draining

    /// Returns when nothing waits and nothing is in hand, or when the task is cancelled.
    func drain() async {
        let drain = WakeUp()
        let isBusy = state.withLock { state in
            guard state.count > 0 else { return false }
            state.drains.append(drain)
            return true
        }
        if isBusy { await drain.wait() }
    }
}
