/// How processes that share a state store know of each other, and take over what one of them leaves behind.
///
/// Times are those of the store, so that the clocks of the processes need not agree.
public protocol StoreMembership: Sendable {
    /// Makes this process known under an identifier; events that it commits from now on are its own to deliver.
    ///
    /// - Parameters:
    ///   - id: An identifier that was never used before.
    ///   - data: What others see of the process.
    /// - Throws: ``StoreError``.
    func register(_ id: String, data: JSONObject) async throws

    /// Says that the process lives.
    ///
    /// - Returns: `false` when others have taken over its work: it must register anew.
    /// - Throws: ``StoreError``.
    func renew(_ id: String, data: JSONObject) async throws -> Bool

    /// Takes over what processes hold that have not been seen for a while: their work is free for everybody, and their
    /// events are delivered by this process.
    ///
    /// - Parameters:
    ///   - id: The identifier of this process.
    ///   - duration: How long a process must not have been seen.
    /// - Returns: What there was.
    /// - Throws: ``StoreError``.
    func takeOver(_ id: String, unseenFor duration: Duration) async throws -> TakenOver

    /// Gives everything back at once, at the end of a process.
    ///
    /// - Throws: ``StoreError``.
    func leave(_ id: String) async throws

    /// The processes that are known, the oldest first.
    ///
    /// - Throws: ``StoreError``.
    func nodes() async throws -> [ClusterNode]

    /// Tells the other processes something at once, unless it gets lost.
    ///
    /// ``takeOver(_:unseenFor:)`` and ``leave(_:)`` tell by themselves of the work that they free.
    ///
    /// - Throws: ``StoreError``.
    func tell(_ notice: StoreNotice) async throws

    /// What is told from now on, for as long as somebody listens; `nil` when the store does not pass notices on.
    func notices() -> AsyncStream<StoreNews>?
}

extension StoreMembership {
    /// Tells nobody.
    public func tell(_ notice: StoreNotice) async throws {}

    /// Hears nothing.
    public func notices() -> AsyncStream<StoreNews>? { nil }
}

/// What was taken over from processes that are gone.
public struct TakenOver: Sendable, Hashable {
    /// The processes.
    public var nodes: [String]
    /// How many items of work are free now.
    public var workItems: Int
    /// How many events this process delivers now.
    public var events: Int

    /// Creates a result.
    public init(nodes: [String] = [], workItems: Int = 0, events: Int = 0) {
        self.nodes = nodes
        self.workItems = workItems
        self.events = events
    }

    /// Whether there was nothing.
    public var isEmpty: Bool { nodes.isEmpty && workItems == 0 && events == 0 }
}

/// A process that shares the state store.
public struct ClusterNode: Sendable, Hashable {
    /// Its identifier.
    public let id: String
    /// What it tells of itself.
    public let data: JSONObject
    /// When it became known.
    public let startedAt: Timestamp
    /// How long ago it was last seen.
    public let unseenFor: Duration
    /// How many items of work it holds.
    public let workItems: Int
    /// How many of its events are not delivered yet.
    public let events: Int

    /// Creates a description.
    public init(
        id: String, data: JSONObject, startedAt: Timestamp, unseenFor: Duration, workItems: Int, events: Int
    ) {
        self.id = id
        self.data = data
        self.startedAt = startedAt
        self.unseenFor = unseenFor
        self.workItems = workItems
        self.events = events
    }
}

/// How processes that share a state store look after each other.
public struct ClusterPolicy: Sendable, Hashable {
    /// After which time without a sign of life others take over; a process that cannot reach the store for that long
    /// begins no more work.
    public var takeOverAfter = Duration.seconds(6)
    /// How often a process gives a sign of life and looks for others that are gone.
    public var interval: Duration { takeOverAfter / 4 }

    /// Creates the default.
    public init() {}
}
