#if Redis
import Synchronization
import WorkflowCore
import WorkflowModules

/// The messages of one subscription: a consumer group in the stream of each topic that matches.
///
/// One task does everything that needs the server, one after the other, whenever it is woken: acknowledges, makes
/// groups, gives signs of life, takes over what others have left, and reads.
final class RedisStreamSource: Sendable {
    /// A message that is here.
    struct Held {
        let entry: RedisEntry
        /// When the server last heard that it is.
        var renewed: Timestamp
        /// Whether its handler has been called.
        var isBegun = false
        /// Whether it waits until the server says that it is still here.
        var isParked = false
        /// Whether it is in the queue of the line.
        var isQueued = false
        /// How many earlier places it has in that queue, which do not count any more.
        var stalePlaces = 0

        /// How often it has been delivered without being given back.
        var attempts: Int { isBegun ? entry.deliveries : entry.deliveries - 1 }
    }

    struct State {
        var held: [RedisPlace: Held] = [:]
        var finished = RedisPlaceMemory(capacity: 4096)
        /// What the server is to be told.
        var acknowledged: [RedisPlace] = []
        var returned: [(place: RedisPlace, attempts: Int)] = []
        var merger = RedisStreamMerger()
        /// After which entry the subscription begins; `nil` when the server has not been asked yet.
        var start: String?
        /// The topics with a group, and the version of all topics when they were looked up.
        var topics: [String] = []
        var version = ""
        var isSetUp = false
        /// Whether answers with messages may have been lost.
        var mustRecover = false
        /// Whether messages wait until the server says that they are still here.
        var isParking = false
        var isBeatDue = false
        /// What the node before this one has given back comes before what is new.
        var isTakeOverDue = true
        var problem: String?
        /// Who waits for the first attempt to set the groups up, and its outcome.
        var firstAttempt: Result<Void, WorkflowError>?
        var waiting: [CheckedContinuation<Void, any Error>] = []
        var work: Task<Void, Never>?
        var isReleased = false
    }

    let line: DeliveryLine<RedisPlace>
    let link: RedisStreamLink
    let pattern: TopicPattern
    let group: String
    let state = Mutex(State())
    private let signals: AsyncStream<Void>
    let signal: AsyncStream<Void>.Continuation

    init(link: RedisStreamLink, name: String, pattern: TopicPattern, group: String) {
        self.link = link
        self.pattern = pattern
        self.group = group
        line = DeliveryLine(
            broker: link.name, name: name, letters: link.letters, environment: link.environment, logger: link.logger)
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What is wrong with the groups; `nil` for nothing.
    var problem: String? { state.withLock { $0.problem } }

    /// Whether the server does not know the subscription, though it is there.
    var isUnknown: Bool { state.withLock { $0.start == nil && $0.firstAttempt != nil && !$0.isReleased } }

    /// Wakes the task.
    func wake() { signal.yield() }

    /// Begins anew after the connection was lost: answers may be, and the server may have been emptied.
    func reconnected() {
        state.withLock { state in
            (state.isSetUp, state.mustRecover) = (false, true)
            (state.isBeatDue, state.isTakeOverDue) = (true, true)
        }
        wake()
    }

    /// Looks soon for messages that others have given back.
    func takeOver() {
        state.withLock { $0.isTakeOverDue = true }
        wake()
    }

    /// Starts the task, which ends in ``release()``, and returns after the first attempt to make the groups.
    ///
    /// - Throws: ``WorkflowError`` when the server refuses.
    func open() async throws {
        state.withLock { state in
            guard state.work == nil, !state.isReleased else { return }
            state.work = Task.detached { await self.run() }
        }
        wake()
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let outcome = state.withLock { state -> Result<Void, WorkflowError>? in
                if state.isReleased { return .success(()) }
                if state.firstAttempt == nil { state.waiting.append(continuation) }
                return state.firstAttempt
            }
            if let outcome { continuation.resume(with: outcome.mapError { $0 as any Error }) }
        }
    }

    func note(firstAttempt outcome: Result<Void, WorkflowError>) {
        let waiting = state.withLock { state in
            if state.firstAttempt == nil { state.firstAttempt = outcome }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: outcome.mapError { $0 as any Error }) }
    }

    private func run() async {
        for await _ in signals {
            guard !state.withLock({ $0.isReleased }) else { break }
            await work()
        }
    }
}
#endif
