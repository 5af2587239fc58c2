/// One run of a job.
public struct ScheduledRun: Sendable, Hashable {
    /// The name of the job.
    public let job: String
    /// The slot, without jitter.
    public let scheduledTime: Timestamp
    /// Which attempt it is: 1, and more when a process that had begun the run is gone.
    public let attempt: Int

    /// Creates a run.
    public init(job: String, scheduledTime: Timestamp, attempt: Int = 1) {
        self.job = job
        self.scheduledTime = scheduledTime
        self.attempt = attempt
    }

    /// The job and the slot, such as `report@2026-11-23T09:00:00Z`: the same on every node, for every attempt and after a
    /// restart, so that it can serve as an idempotency key.
    public var id: String { "\(job)@\(scheduledTime)" }
}
