import WorkflowStore

/// What somebody may see: things of which none lies in another, so that nothing is counted twice.
struct Reach: Sendable {
    let places: [Grant]

    /// Leaves out what lies in something else.
    ///
    /// - Parameter grants: The roles of somebody.
    init(_ grants: [Grant], _ connection: any SQLConnection) throws {
        let companies = Set(grants.filter { $0.level == .company }.map(\.company))
        let outside = grants.filter { $0.level != .company && !companies.contains($0.company) }
        var places = grants.filter { $0.level == .company }
        for grant in outside {
            let wider = outside.filter { $0.company == grant.company && $0.resource != grant.resource }
            if !wider.isEmpty {
                guard let path = try ResourceFinder.path(grant.level, grant.resource, connection) else { continue }
                if wider.contains(where: { path.lies(in: $0.level, $0.resource) }) { continue }
            }
            places.append(grant)
        }
        self.places = places
    }
}

extension Caller {
    /// The roles that count in an area: those in the company of the key, when one is used, and none in companies that
    /// ask for another way to sign in.
    ///
    /// - Throws: ``HTTPError`` 403 when the key has no scope for it.
    func grants(in area: Area) throws -> [Grant] {
        let open = grants.filter { !closed.contains($0.company) }
        guard case .key(_, let company, let scopes) = credential else { return open }
        guard scopes.cap(area) != nil else {
            throw PlatformError.forbidden(Scopes.lack(Scopes.name(area, .viewer)))
        }
        // A key works for its company only, and tells of no other.
        return open.filter { $0.company == company }
    }
}
