import WorkflowCore

/// What all checks said at one time.
struct HealthReport: Sendable, Hashable {
    /// The checks in their order.
    let checks: [Check]

    /// What one check said.
    struct Check: Sendable, Hashable {
        let name: String
        let status: HealthStatus
    }

    /// The worst of them.
    var level: HealthStatus.Level {
        checks.map(\.status.level).max() ?? .healthy
    }
}
