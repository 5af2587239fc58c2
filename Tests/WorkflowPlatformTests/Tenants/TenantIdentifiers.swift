import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// What somebody could put into a request about a company.
struct TenantIdentifiers: Sendable {
    let world: RouteWalkTests.World
    let sessions: [ID<Session>]

    init(_ world: RouteWalkTests.World) {
        self.world = world
        sessions = world.tenant.people.values.map(\.session).sorted { $0.text < $1.text }
    }

    /// The identifiers of everything.
    var all: [String] {
        let tenant = world.tenant
        let users = Role.allCases.map { tenant.id($0).text } + [tenant.outsider.id.text]
        let places = [
            tenant.company.text, tenant.organization.text, tenant.project.text, tenant.elsewhere.text,
            tenant.workflow.text, tenant.execution.text,
        ]
        return places + users + sessions.map(\.text) + identified.keys.sorted().compactMap { identified[$0] }
    }

    /// The values of parameters that are identifiers.
    private var identified: [String: String] { world.parameters.filter { ID<Company>($0.value) != nil } }

    /// What stands in the place of a parameter of a path.
    func value(_ parameter: String, _ route: APIRoute) -> String? {
        world.value(parameter, route, session: sessions.first)
    }
}

/// Identifiers of nothing, one for each identifier of something, which they resemble.
struct Phantoms {
    private var known: [String: String] = [:]

    /// What a text is when everything in it is replaced that belongs to somebody.
    mutating func replacing(_ text: String, _ identifiers: Set<String>, _ random: inout SeededGenerator) -> String {
        var text = text
        for identifier in identifiers.sorted() where text.contains(identifier) {
            let digits = (0..<12).map { _ in String(Int.random(in: 0...15, using: &random), radix: 16) }.joined()
            let phantom = known[identifier] ?? "\(identifier.prefix(24))\(digits)"
            known[identifier] = phantom
            text = text.replacing(identifier, with: phantom)
        }
        return text
    }

    /// A text with the identifiers put back.
    func restoring(_ text: String) -> String {
        known.reduce(text) { $0.replacing($1.value, with: $1.key) }
    }
}
