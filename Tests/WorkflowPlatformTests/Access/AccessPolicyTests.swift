import Testing
import WorkflowCore

@testable import WorkflowPlatform

/// Every combination of roles at the four levels, compared with what the rules say in other words.
@Suite struct AccessPolicyTests {
    private static let roles: [Role?] = [nil] + Role.allCases.map(Optional.some)

    private let path: ResourcePath
    private let sibling: ResourcePath
    private let foreign: ResourcePath
    private let user: ID<User>

    init() {
        let identifiers = UUIDv7Generator()
        func path(_ company: ID<Company>) -> ResourcePath {
            ResourcePath(company: company).appending(ID<Organization>(from: identifiers))
                .appending(ID<Project>(from: identifiers)).appending(ID<Workflow>(from: identifiers))
        }
        let company = ID<Company>(from: identifiers)
        (self.path, sibling) = (path(company), path(company))
        foreign = path(ID<Company>(from: identifiers))
        user = ID(from: identifiers)
    }

    private func session(_ grants: [Grant]) -> Caller {
        Caller(user: user, name: "", credential: .session(ID(stored: "s")), grants: grants)
    }

    private func key(_ grants: [Grant], _ scopes: [String]) throws -> Caller {
        let scopes = try #require(Scopes(scopes))
        let key = Caller.Credential.key(ID(stored: "k"), company: path.company, scopes: scopes)
        return Caller(user: user, name: "", credential: key, grants: grants)
    }

    /// The path to the thing of a level.
    private func part(_ level: ResourceLevel, of path: ResourcePath) throws -> ResourcePath {
        let company = ResourcePath(company: path.company)
        guard level != .company else { return company }
        let organization = company.appending(try #require(path.organization))
        guard level != .organization else { return organization }
        let project = organization.appending(try #require(path.project))
        return level == .project ? project : path
    }

    /// Calls `body` with each set of roles on the levels of the path, `nil` for none.
    private func forEachSet(_ body: ([ResourceLevel: Role]) throws -> Void) rethrows {
        for company in Self.roles {
            for organization in Self.roles {
                for project in Self.roles {
                    for workflow in Self.roles {
                        var set: [ResourceLevel: Role] = [:]
                        set[.company] = company
                        set[.organization] = organization
                        set[.project] = project
                        set[.workflow] = workflow
                        try body(set)
                    }
                }
            }
        }
    }

    private func grants(_ set: [ResourceLevel: Role], of path: ResourcePath) throws -> [Grant] {
        try set.map { level, role in Grant(role, on: try part(level, of: path)) }
    }

    @Test func theGreatestRoleOnTheWayCounts() throws {
        var count = 0
        try forEachSet { set in
            let caller = session(try grants(set, of: path))
            for (depth, level) in ResourceLevel.allCases.enumerated() {
                let above = ResourceLevel.allCases[...depth].compactMap { set[$0] }
                for needed in Role.allCases {
                    let decision = AccessPolicy.decide(
                        caller, Action(needed, in: .projects), on: try part(level, of: path))
                    count += 1
                    if set.isEmpty {
                        #expect(decision == .notFound)
                    } else if let role = above.max(), role >= needed {
                        #expect(decision == .allowed(role))
                    } else {
                        guard case .forbidden = decision else {
                            Issue.record("\(set) at \(level) for \(needed): \(decision)")
                            continue
                        }
                    }
                }
            }
        }
        #expect(count == 625 * 4 * 4)
    }

    @Test func aRoleFurtherDownNeverLowers() throws {
        try forEachSet { set in
            for level in ResourceLevel.allCases {
                for needed in Role.allCases {
                    let action = Action(needed, in: .workflows)
                    guard case .allowed = AccessPolicy.decide(session(try grants(set, of: path)), action, on: path)
                    else { continue }
                    for added in Role.allCases {
                        let more = try grants(set, of: path) + [Grant(added, on: try part(level, of: path))]
                        guard case .allowed = AccessPolicy.decide(session(more), action, on: path) else {
                            Issue.record("\(added) on \(level) takes \(needed) away from \(set)")
                            continue
                        }
                    }
                }
            }
        }
    }

    @Test func rolesElsewhereDoNotCount() throws {
        try forEachSet { set in
            var beside = set
            beside[.company] = nil
            let action = Action(.viewer, in: .projects)
            let siblings = AccessPolicy.decide(session(try grants(beside, of: sibling)), action, on: path)
            if beside.isEmpty {
                #expect(siblings == .notFound)
            } else {
                #expect(siblings == .forbidden("You have no role on this workflow."))
            }
            let strangers = AccessPolicy.decide(session(try grants(set, of: foreign)), action, on: path)
            #expect(strangers == .notFound)
        }
    }

    @Test func nobodyReachesBeyondTheirOwnRole() throws {
        for held in Role.allCases {
            for first in Role.allCases {
                for second in Role.allCases {
                    let caller = session([Grant(held, on: try part(.company, of: path))])
                    let action = Action(.viewer, in: .members, concerning: [first, second])
                    let decision = AccessPolicy.decide(caller, action, on: path)
                    if max(first, second) <= held {
                        #expect(decision == .allowed(held))
                    } else {
                        let beyond = max(first, second)
                        #expect(
                            decision
                                == .forbidden(
                                    "With the role \(held) you cannot give, change or take away \(beyond)."))
                    }
                }
            }
        }
    }

    @Test(arguments: [
        (Role.viewer, "audit:read", "The API key lacks the scope projects:read; make one that has it."),
        (.editor, "projects:read", "The API key lacks the scope projects:write; make one that has it."),
        (.admin, "*:write", "The API key lacks the scope projects:admin; make one that has it."),
        (.owner, "projects:write", "This needs the role owner; you have editor here."),
    ])
    func aKeyIsToldWhichScopeItLacks(needed: Role, scope: String, reason: String) throws {
        let held = needed == .owner ? Role.editor : .admin
        let caller = try key([Grant(held, on: ResourcePath(company: path.company))], [scope])
        #expect(AccessPolicy.decide(caller, Action(needed, in: .projects), on: path) == .forbidden(reason))
    }

    @Test func scopesOnlyNarrow() throws {
        let caps: [String: Role] = ["read": .viewer, "write": .editor, "admin": .owner]
        for held in Self.roles {
            for scoped in Area.allCases {
                for (extent, cap) in caps {
                    let grants = held.map { [Grant($0, on: ResourcePath(company: path.company))] } ?? []
                    for area in Area.allCases {
                        for needed in Role.allCases {
                            let action = Action(needed, in: area)
                            let plain = AccessPolicy.decide(session(grants), action, on: path)
                            let key = try key(grants, ["\(scoped.rawValue):\(extent)"])
                            let narrowed = AccessPolicy.decide(key, action, on: path)
                            if case .allowed = plain, area == scoped, min(held ?? .viewer, cap) >= needed {
                                #expect(narrowed == .allowed(min(held ?? .viewer, cap)))
                            } else if held == nil {
                                #expect(narrowed == .notFound)
                            } else if case .forbidden = narrowed {
                            } else {
                                Issue.record("\(scoped):\(extent) as \(held as Any) for \(area) \(needed): \(narrowed)")
                            }
                        }
                    }
                }
            }
        }
    }

    @Test func aKeyWorksForItsCompanyOnly() throws {
        let grants = [Grant(.owner, on: ResourcePath(company: foreign.company))]
        let key = try key(grants, ["*:admin"])
        #expect(AccessPolicy.decide(key, Action(.viewer, in: .companies), on: foreign) == .notFound)
    }

    @Test func nobodyIsAskedToSignIn() {
        #expect(AccessPolicy.decide(nil, Action(.viewer, in: .companies), on: path) == .unauthenticated)
    }

    @Test(arguments: ["projects", "projects:", "projects:all", "everything:read", "*:read:write", "*:", ":read", ""])
    func unknownScopesAreRefused(name: String) {
        #expect(Scopes(["*:read", name]) == nil)
    }
}
