import WorkflowCore

/// Counts and measures what is done with the scripts of one component.
struct ScriptMetrics: Sendable {
    private let clock: any EngineClock
    private let succeeded: MetricCounter
    private let failed: MetricCounter
    private let duration: MetricHistogram
    private let name: String
    private let metrics: EngineMetrics

    init(name: String, clock: any EngineClock, metrics: EngineMetrics) {
        self.name = name
        self.clock = clock
        self.metrics = metrics
        succeeded = metrics.scriptExecutions.with(name, "success")
        failed = metrics.scriptExecutions.with(name, "failure")
        duration = metrics.scriptDuration.with(name)
    }

    /// Runs a call.
    func call<Result>(_ body: () async throws -> Result) async throws -> Result {
        let started = clock.now
        do {
            let result = try await body()
            duration.record(started.duration(to: clock.now))
            succeeded.increment()
            return result
        } catch {
            duration.record(started.duration(to: clock.now))
            failed.increment()
            throw error
        }
    }

    /// Runs a replacement of a script that takes calls.
    func swap(_ body: () async throws -> Void) async throws {
        let started = clock.now
        do {
            try await body()
        } catch {
            metrics.componentSwaps.with(name, "failure").increment()
            throw error
        }
        metrics.componentSwaps.with(name, "success").increment()
        metrics.componentSwapDuration.with(name).record(started.duration(to: clock.now))
    }
}
