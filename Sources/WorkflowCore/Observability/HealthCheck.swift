/// Tells whether something works.
public protocol HealthCheck: Sendable {
    /// Looks now.
    func check() async -> HealthStatus
}

/// Whether something works.
public struct HealthStatus: Sendable, Hashable {
    /// How well it works.
    public enum Level: String, Sendable, Comparable {
        case healthy, degraded, unhealthy

        public static func < (left: Level, right: Level) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int {
            switch self {
            case .healthy: 0
            case .degraded: 1
            case .unhealthy: 2
            }
        }
    }

    /// How well it works.
    public let level: Level
    /// Why, when it is not healthy.
    public let message: String?

    /// Creates a status.
    public init(_ level: Level, message: String? = nil) {
        self.level = level
        self.message = message
    }

    /// It works.
    public static let healthy = HealthStatus(.healthy)
}

/// A health check made of a closure that throws when something is wrong.
public struct ClosureHealthCheck: HealthCheck {
    private let body: @Sendable () async throws -> Void

    /// Creates a check that is unhealthy when `body` throws; the message is the error's description.
    public init(_ body: @escaping @Sendable () async throws -> Void) {
        self.body = body
    }

    public func check() async -> HealthStatus {
        do {
            try await body()
            return .healthy
        } catch {
            return HealthStatus(.unhealthy, message: "\(error)")
        }
    }
}
