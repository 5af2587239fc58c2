/// A job that a ``ScheduleRunner`` runs.
///
/// ```swift
/// let job = ScheduledJob(name: "report", schedule: try Schedule("0 9 * * MON-FRI")) { run in
///     try await sendReport(for: run.scheduledTime)
/// }
/// ```
public struct ScheduledJob: Sendable {
    /// How many runs of a job may go on at once unless something else is said.
    public static let defaultConcurrency = 100

    /// The name: unique in a store, and the same after a restart.
    public var name: String
    /// When it is due.
    public var schedule: Schedule
    /// What happens at a slot while an earlier run goes on.
    public var overlap: ScheduleStateMachine.OverlapPolicy
    /// What happens to slots that were missed.
    public var missedRuns: ScheduleStateMachine.MissedRunPolicy
    /// How many runs may go on at once when they may overlap; further slots are skipped.
    public var concurrency: Int
    /// Runs the job once. Throws when the run has failed; ends early when its task is cancelled.
    public var perform: @Sendable (ScheduledRun) async throws -> Void

    /// Creates a job.
    public init(
        name: String, schedule: Schedule, overlap: ScheduleStateMachine.OverlapPolicy = .skip,
        missedRuns: ScheduleStateMachine.MissedRunPolicy = .once, concurrency: Int = Self.defaultConcurrency,
        perform: @escaping @Sendable (ScheduledRun) async throws -> Void
    ) {
        self.name = name
        self.schedule = schedule
        self.overlap = overlap
        self.missedRuns = missedRuns
        self.concurrency = concurrency
        self.perform = perform
    }
}
