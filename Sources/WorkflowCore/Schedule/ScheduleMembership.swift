/// This process among those that share schedules: under which name it claims slots, and whose claims are void.
struct ScheduleMembership: Sendable {
    private let store: any StateStore
    private let member: ClusterMember?

    init(store: any StateStore, member: ClusterMember?) {
        self.store = store
        self.member = member
    }

    /// Whether other processes can tell that this one is gone, so that they take over what it has begun.
    var isWatched: Bool { member != nil || !store.isShared }

    /// Whether claims are to be looked for again and again, because other processes may go away.
    var hasOthers: Bool { member != nil }

    /// Returns when this process is known to the others, or when the task is cancelled.
    func begin() async { await member?.waitForRegistration() }

    /// Under which name slots are claimed now; `nil` while it is not sure that others have not taken over.
    ///
    /// - Parameter alone: The name when there are no others.
    func owner(alone: String) -> String? {
        guard let member else { return alone }
        return member.identifier
    }

    /// The processes that live; `nil` when there are no others.
    ///
    /// - Throws: ``StoreError``.
    func living() async throws -> Set<String>? {
        guard member != nil, let membership = store.membership else { return nil }
        return Set(try await membership.nodes().map(\.id))
    }
}
