import WorkflowCore

/// How much a company may have and do; `nil` for as much as it likes.
public struct QuotaLimits: Sendable, Hashable {
    /// How many workflows it may have.
    public var workflows: Int?
    /// How many of its workflows may run, each environment counted by itself.
    public var deployments: Int?
    /// How many executions its workflows may have in a calendar month (UTC).
    public var executions: Int?
    /// How many requests all its users together may make to the API in a minute.
    public var requests: Int?

    /// Creates limits.
    ///
    /// - Parameters:
    ///   - workflows: How many workflows it may have.
    ///   - deployments: How many of its workflows may run.
    ///   - executions: How many executions its workflows may have in a calendar month.
    ///   - requests: How many requests all its users together may make to the API in a minute.
    public init(workflows: Int? = nil, deployments: Int? = nil, executions: Int? = nil, requests: Int? = nil) {
        self.workflows = workflows
        self.deployments = deployments
        self.executions = executions
        self.requests = requests
    }
}

/// What is limited, by the names that clients see.
enum Quota: String, Sendable, CaseIterable {
    case workflows
    case deployments
    case executions = "executions_per_month"
    case requests = "requests_per_minute"

    /// What some limits say about it.
    func limit(in limits: QuotaLimits) -> Int? {
        switch self {
        case .workflows: limits.workflows
        case .deployments: limits.deployments
        case .executions: limits.executions
        case .requests: limits.requests
        }
    }
}

/// What an operator says about one limit of a company.
public enum QuotaChoice: Sendable, Hashable {
    /// What all companies have.
    case standard
    /// No limit.
    case unlimited
    /// So many.
    case most(Int)

    /// Reads `default`, `unlimited` or a number from 0.
    ///
    /// - Returns: `nil` for anything else.
    public init?(_ text: String) {
        switch text {
        case "default": self = .standard
        case "unlimited": self = .unlimited
        default:
            guard let number = Int(text), number >= 0 else { return nil }
            self = .most(number)
        }
    }

    /// What the database holds.
    var stored: Int64? {
        switch self {
        case .standard: nil
        case .unlimited: -1
        case .most(let number): Int64(number)
        }
    }

    init(stored: Int64?) {
        guard let stored else { self = .standard; return }
        self = stored < 0 ? .unlimited : .most(Int(stored))
    }

    /// The limit that follows.
    func limit(_ standard: Int?) -> Int? {
        switch self {
        case .standard: standard
        case .unlimited: nil
        case .most(let number): number
        }
    }

    var json: JSONValue {
        switch self {
        case .standard: "default"
        case .unlimited: "unlimited"
        case .most(let number): .integer(Int64(number))
        }
    }
}
