import Synchronization
import WorkflowCore

/// A health check that answers in time, even when what it asks never does.
final class BoundedCheck: Sendable {
    let name: String
    private let check: any HealthCheck
    private let isRunning = Mutex(false)

    init(name: String, check: any HealthCheck) {
        self.name = name
        self.check = check
    }

    /// Runs the check. While an earlier run still hangs, no other one begins.
    func run(timeout: Duration, clock: any EngineClock) async -> HealthStatus {
        let isFree = isRunning.withLock { isRunning in
            defer { isRunning = true }
            return !isRunning
        }
        guard isFree else { return HealthStatus(.unhealthy, message: "An earlier check has not come back yet.") }
        let (answers, answer) = AsyncStream.makeStream(of: HealthStatus.self, bufferingPolicy: .bufferingOldest(1))
        // Tasks of their own, since a group would wait for a check that hangs and cannot be cancelled.
        let work = Task { [check] in
            let status = await check.check()
            self.isRunning.withLock { $0 = false }
            answer.yield(status)
            answer.finish()
        }
        let timer = Task {
            // Cancelled as soon as the check has answered.
            guard await clock.wait(for: timeout) else { return }
            answer.yield(HealthStatus(.unhealthy, message: "No answer within \(timeout)."))
            answer.finish()
        }
        var status: HealthStatus?
        for await first in answers {
            status = first
            break
        }
        timer.cancel()
        work.cancel()
        return status ?? HealthStatus(.unhealthy, message: "The check was interrupted.")
    }
}
