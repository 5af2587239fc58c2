import WorkflowCore
import WorkflowModules

/// Bounds how much of what strangers are refused goes into audit logs, which keep everything for ever.
final class RefusalRecord: Sendable {
    private let throttle = RegistrationThrottle(perMinute: 10)
    private let outcomes: MetricFamily<MetricCounter>

    init(_ metrics: MetricsRegistry) {
        outcomes = metrics.counter(
            "platform_refused_credentials_total", help: "Credentials of providers that were refused.",
            labels: ["audit"])
        for outcome in ["recorded", "left_out"] { _ = outcomes.with(outcome) }
    }

    /// Counts a refusal.
    ///
    /// - Parameter provider: At which provider.
    /// - Returns: Whether it is to be put on record: ten are in a minute.
    func begin(_ provider: String, now: Timestamp) -> Bool {
        let isRecorded = throttle.begin(address: provider, now: now) == nil
        outcomes.with(isRecorded ? "recorded" : "left_out").increment()
        return isRecorded
    }
}
