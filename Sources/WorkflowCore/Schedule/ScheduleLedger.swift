/// The stored side of one job: its record, and who performs which slot.
///
/// A run is recorded before it is performed, together with the claim on its slot in one transaction. So a slot is run at
/// most once, whatever crashes and however many runners share the store. The claim decides between runners that are at
/// the same slot; it expires, because the record tells those that come later.
struct ScheduleLedger: Sendable {
    /// Where the records are, by the name of the job.
    static let namespace = "workflow.schedules"
    /// Where the claims are, by the identifier of the run.
    static let claimNamespace = "workflow.schedules.claims"
    /// How long a claim stays.
    static let claimTime: Duration = .seconds(600)

    let job: String
    let schedule: Schedule
    let store: any StateStore
    let clock: any EngineClock
    /// Who makes the claims; unique to this runner.
    let owner: String

    /// Returns the record. For a job that is new, or whose schedule has been changed, it begins now.
    func open() async throws -> Timestamp {
        if let through = try await settledThrough() { return through }
        let now = clock.now
        try await store.commit(StoreTransaction([record(through: now)]))
        return now
    }

    /// Records a run, which must be the oldest that is not settled.
    ///
    /// - Returns: Whether the run is to be performed: `false` when another runner has it.
    func begin(_ run: ScheduledRun) async throws -> Bool {
        // A claim of this runner is that of an attempt which the store carried out but did not confirm.
        if let owner = try await claimant(of: run) { return owner == self.owner }
        if let through = try await settledThrough(), through >= run.scheduledTime { return false }
        let now = clock.now
        do {
            try await store.commit(
                StoreTransaction([
                    .createValue(
                        namespace: Self.claimNamespace, key: run.id, value: .string(owner), now: now,
                        expiresAt: now.advanced(by: Self.claimTime)),
                    record(through: run.scheduledTime),
                ]))
            return true
        } catch let error as StoreError where error.code == .conflict {
            return try await claimant(of: run) == owner
        }
    }

    /// Records that all slots up to a time are settled, unless more are.
    func settle(through time: Timestamp) async throws {
        if let through = try await settledThrough(), through >= time { return }
        try await store.commit(StoreTransaction([record(through: time)]))
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
