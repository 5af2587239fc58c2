/// The stored side of one job: its record, and who performs which slot.
///
/// A run is recorded before it is performed, together with the claim on its slot in one transaction, and the claim is
/// removed when the run has ended. So a slot is begun by one runner, however many share the store; and when that one is
/// gone before the run has ended, another one takes the claim over, as the next attempt of the same run.
///
/// Who is first at a slot, or at an attempt, is decided by a value of its own that expires, because the record and the
/// claim tell those that come later.
struct ScheduleLedger: Sendable {
    /// Where the records are, by the name of the job.
    static let namespace = "workflow.schedules"
    /// Where it is decided who is first, by the identifier of the run.
    static let claimNamespace = "workflow.schedules.claims"
    /// How long it is known who was first at a slot.
    static let claimTime: Duration = .seconds(600)
    /// How long it is known who was first at a further attempt; longer than clocks differ and processes stand still.
    private static let attemptTime: Duration = .seconds(24 * 3600)

    let job: String
    let schedule: Schedule
    let store: any StateStore
    let clock: any EngineClock
    /// Who makes the claims; the same for all runners of a process.
    let owner: String
    /// Whether others can tell that the owner is gone. If not, what it has begun is not taken over.
    var isWatched = true

    /// Returns the record. For a job that is new, or whose schedule has been changed, it begins now.
    func open() async throws -> Timestamp {
        if let through = try await settledThrough() { return through }
        let now = clock.now
        do {
            // Whoever stands still here for a while must not overwrite what others have recorded meanwhile.
            try await store.commit(
                StoreTransaction([
                    record(through: now),
                    .createValue(
                        namespace: Self.claimNamespace, key: "\(job) \(schedule.signature)", value: .string(owner),
                        now: now, expiresAt: now.advanced(by: Self.attemptTime)),
                ]))
        } catch let error as StoreError where error.code == .conflict {
            if let through = try await settledThrough() { return through }
            // The schedule was changed, and back within a day.
            try await store.commit(StoreTransaction([record(through: now)]))
        }
        return now
    }

    /// Records a run: the oldest slot that is not settled, or a further attempt of one that was begun.
    ///
    /// - Returns: Whether the run is to be performed: `false` when another runner has it, or had it.
    func begin(_ run: ScheduledRun) async throws -> Bool {
        guard run.attempt == 1 else { return try await takeOver(run) }
        // A claim of this runner is that of an attempt which the store carried out but did not confirm.
        if let owner = try await claimant(of: run) { return try await isConfirmed(run, by: owner) }
        if let through = try await settledThrough(), through >= run.scheduledTime { return false }
        do {
            let now = clock.now
            try await store.commit(
                StoreTransaction(
                    [
                        .createValue(
                            namespace: Self.claimNamespace, key: run.id, value: .string(owner), now: now,
                            expiresAt: now.advanced(by: Self.claimTime)),
                        record(through: run.scheduledTime),
                    ] + claim(run, now)))
            return true
        } catch let error as StoreError where error.code == .conflict {
            guard let owner = try await claimant(of: run) else { return false }
            return try await isConfirmed(run, by: owner)
        }
    }

    /// Records that all slots up to a time are settled, unless more are.
    func settle(through time: Timestamp) async throws {
        if let through = try await settledThrough(), through >= time { return }
        try await store.commit(StoreTransaction([record(through: time)]))
    }

    /// Takes over a run whose earlier attempt was interrupted.
    private func takeOver(_ run: ScheduledRun) async throws -> Bool {
        guard let held = try await ScheduleClaim.of(run, in: store, now: clock.now) else { return false }
        if held.run.attempt == run.attempt { return held.owner == owner }
        guard held.run.attempt == run.attempt - 1 else { return false }
        let now = clock.now
        do {
            try await store.commit(
                StoreTransaction(
                    [
                        .createValue(
                            namespace: Self.claimNamespace, key: "\(run.id)#\(run.attempt)", value: .string(owner),
                            now: now, expiresAt: now.advanced(by: Self.attemptTime))
                    ] + claim(run, now)))
            return true
        } catch let error as StoreError where error.code == .conflict {
            return try await isConfirmed(run, by: owner)
        }
    }

    /// Whether the claim on a run is the one that `owner` made for this attempt.
    private func isConfirmed(_ run: ScheduledRun, by owner: String) async throws -> Bool {
        guard owner == self.owner else { return false }
        guard isWatched else { return true }
        return try await ScheduleClaim.of(run, in: store, now: clock.now) == ScheduleClaim(run: run, owner: owner)
    }

    private func claim(_ run: ScheduledRun, _ now: Timestamp) -> [StoreTransaction.Operation] {
        isWatched ? [ScheduleClaim(run: run, owner: owner).set(now: now)] : []
    }

    private func settledThrough() async throws -> Timestamp? {
        let value = try await store.value(namespace: Self.namespace, key: job, now: clock.now)
        guard let record = value.flatMap(ScheduleRecord.init(_:)) else { return nil }
        return record.schedule == ScheduleRecord(schedule: schedule, through: record.through).schedule
            ? record.through : nil
    }

    private func claimant(of run: ScheduledRun) async throws -> String? {
        try await store.value(namespace: Self.claimNamespace, key: run.id, now: clock.now)?.stringValue
    }

    private func record(through time: Timestamp) -> StoreTransaction.Operation {
        .setValue(
            namespace: Self.namespace, key: job, value: ScheduleRecord(schedule: schedule, through: time).value,
            expiresAt: nil)
    }
}
