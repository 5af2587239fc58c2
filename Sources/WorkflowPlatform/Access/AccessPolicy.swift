/// What somebody wants to do with something.
public struct Action: Sendable, Hashable {
    /// The part of the API.
    public let area: Area
    /// The least role that may do it.
    public let role: Role
    /// The roles that it gives, changes or takes away.
    public let concerns: [Role]
    /// Whether a role on anything in the company will do.
    public let isAnywhere: Bool

    /// Something that needs a role.
    ///
    /// - Parameters:
    ///   - role: The least role that may do it.
    ///   - area: The part of the API.
    ///   - concerns: The roles that it gives, changes or takes away; nobody reaches beyond their own.
    ///   - isAnywhere: Whether a role on anything in the company will do, rather than on what it is done with.
    public init(_ role: Role, in area: Area, concerning concerns: [Role] = [], isAnywhere: Bool = false) {
        self.area = area
        self.role = role
        self.concerns = concerns
        self.isAnywhere = isAnywhere
    }
}

/// Whether somebody may do something.
public enum Decision: Sendable, Hashable {
    /// Yes, with this role.
    case allowed(Role)
    /// No: it is not known who they are (401).
    case unauthenticated
    /// No, and they do not learn that it exists (404).
    case notFound
    /// No, and they learn why (403).
    case forbidden(String)
}

/// Decides about every access.
public enum AccessPolicy {
    /// Decides whether somebody may do something.
    ///
    /// A role on a company counts for all that lies in it, likewise for organizations and projects; of several the
    /// greatest counts, so a role further down may raise and never lowers. Scopes of a key lower the role to what they
    /// allow. Who has no role anywhere in the company does not learn that the thing exists. Where a company asks for its
    /// own single sign-on, a session that has not gone through it is good for nothing, except that an owner can change
    /// the providers, lest one that fails locks everybody out.
    ///
    /// - Parameters:
    ///   - caller: Who; `nil` when it is not known.
    ///   - action: What they want to do.
    ///   - path: With what.
    /// - Returns: The decision.
    public static func decide(_ caller: Caller?, _ action: Action, on path: ResourcePath) -> Decision {
        guard let caller else { return .unauthenticated }
        if let only = caller.onlyCompany, only != path.company { return .notFound }
        let ofCompany = caller.grants.filter { $0.company == path.company }
        guard !ofCompany.isEmpty else { return .notFound }
        let held = ofCompany.filter { action.isAnywhere || path.lies(in: $0.level, $0.resource) }.map(\.role).max()
        guard var role = held else {
            return .forbidden("You have no role on this \(path.level.rawValue).")
        }
        guard !caller.closed.contains(path.company) || (action.area == .signOn && role == .owner) else {
            return .forbidden("This company asks for its own single sign-on; sign in with its provider.")
        }
        if case .key(_, _, let scopes) = caller.credential {
            // What the user may not do either, a scope does not change.
            let cap = scopes.cap(action.area)
            guard let cap, cap >= action.role || role < action.role else {
                let scope = Scopes.name(action.area, action.role)
                return .forbidden(Scopes.lack(scope))
            }
            role = min(role, cap)
        }
        guard role >= action.role else {
            return .forbidden("This needs the role \(action.role.rawValue); you have \(role.rawValue) here.")
        }
        if let beyond = action.concerns.filter({ $0 > role }).max() {
            return .forbidden("With the role \(role.rawValue) you cannot give, change or take away \(beyond.rawValue).")
        }
        return .allowed(role)
    }
}
