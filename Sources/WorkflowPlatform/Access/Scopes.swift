/// The parts of the API, as far as keys are limited to some of them.
public enum Area: String, Sendable, Hashable, CaseIterable {
    /// Companies themselves.
    case companies
    /// Organizations.
    case organizations
    /// Projects.
    case projects
    /// Workflows, their versions and their deployment.
    case workflows
    /// What workflows did.
    case executions
    /// Members and invitations.
    case members
    /// API keys and service accounts.
    case credentials
    /// The audit log.
    case audit
    /// The providers with which people sign in to a company.
    case signOn = "sso"
}

/// What an API key may do at most. It never adds to what its user may do.
///
/// A scope is an area, or `*` for all of them, and how much: `projects:read`, `workflows:write`, `*:admin`.
public struct Scopes: Sendable, Hashable {
    /// How much a scope allows.
    private enum Extent: String, CaseIterable {
        case read, write, admin

        var role: Role {
            switch self {
            case .read: .viewer
            case .write: .editor
            case .admin: .owner
            }
        }
    }

    /// The scopes as they were given, in order and without repetitions.
    public let names: [String]
    private let caps: [Area: Role]

    /// Every scope there is.
    public static let all: [String] = (["*"] + Area.allCases.map(\.rawValue)).flatMap { area in
        Extent.allCases.map { "\(area):\($0.rawValue)" }
    }

    /// Reads scopes.
    ///
    /// - Parameter names: The scopes.
    /// - Returns: `nil` when one is not known.
    public init?(_ names: [String]) {
        var caps: [Area: Role] = [:]
        for name in names {
            let parts = name.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let extent = Extent(rawValue: String(parts[1])) else { return nil }
            let areas = parts[0] == "*" ? Area.allCases : Area(rawValue: String(parts[0])).map { [$0] } ?? []
            guard !areas.isEmpty else { return nil }
            for area in areas { caps[area] = max(caps[area] ?? .viewer, extent.role) }
        }
        self.names = Set(names).sorted()
        self.caps = caps
    }

    /// The scope that allows a role in an area.
    static func name(_ area: Area, _ role: Role) -> String {
        let extent = Extent.allCases.first { $0.role >= role } ?? .admin
        return "\(area.rawValue):\(extent.rawValue)"
    }

    /// Says that a key lacks a scope.
    static func lack(_ scope: String) -> String { "The API key lacks the scope \(scope); make one that has it." }

    /// The greatest role that they allow in an area; `nil` for none.
    func cap(_ area: Area) -> Role? { caps[area] }
}
