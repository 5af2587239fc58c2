/// What is stored of a run that has begun and has not ended: who performs it.
struct ScheduleClaim: Sendable, Hashable {
    /// Where the claims of runs that go on are, by the identifier of the run.
    static let namespace = "workflow.schedules.open"
    /// How long a run can be taken over; what was interrupted earlier is forgotten.
    static let lifetime: Duration = .seconds(7 * 24 * 3600)
    /// How many are looked at.
    private static let limit = 10_000

    /// The run, with the attempt that its owner makes.
    let run: ScheduledRun
    /// The process that performs it.
    let owner: String

    init(run: ScheduledRun, owner: String) {
        self.run = run
        self.owner = owner
    }

    /// Reads a stored claim; `nil` when it is of another form.
    init?(key: String, value: JSONValue) {
        guard let at = key.lastIndex(of: "@"), let time = Timestamp(rfc3339: String(key[key.index(after: at)...])),
            let owner = value["owner"]?.stringValue, let attempt = value["attempt"]?.intValue
        else { return nil }
        run = ScheduledRun(job: String(key[..<at]), scheduledTime: time, attempt: attempt)
        self.owner = owner
    }

    /// Returns the claims on all runs that go on, of all jobs.
    static func all(in store: any StateStore, now: Timestamp) async throws -> [ScheduleClaim] {
        try await store.values(namespace: namespace, prefix: "", limit: limit, now: now)
            .compactMap { ScheduleClaim(key: $0.key, value: $0.value) }
    }

    /// Returns the claim on a run.
    static func of(_ run: ScheduledRun, in store: any StateStore, now: Timestamp) async throws -> ScheduleClaim? {
        try await store.value(namespace: namespace, key: run.id, now: now)
            .flatMap { ScheduleClaim(key: run.id, value: $0) }
    }

    /// Stores the claim.
    func set(now: Timestamp) -> StoreTransaction.Operation {
        .setValue(
            namespace: Self.namespace, key: run.id,
            value: ["owner": .string(owner), "attempt": .integer(Int64(run.attempt))],
            expiresAt: now.advanced(by: Self.lifetime))
    }

    /// Removes the claim on a run.
    static func remove(_ run: ScheduledRun) -> StoreTransaction.Operation {
        .removeValue(namespace: namespace, key: run.id)
    }
}
