import Foundation
import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// Random requests, made of the route table, by everybody of one company, with the identifiers of another one wherever
/// something can be put.
///
/// A failure names its seed and the request. `WORKFLOW_PLATFORM_SEED=n` runs that seed alone.
@Suite(.serialized, .timeLimit(.minutes(10))) struct TwoTenantTests {
    /// A key under which the other company has carried something out.
    static let foreignKey = "a-key-of-others"
    /// Occurs in everything that belongs to the other company, and in nothing else.
    private static let mark = "Zulu"
    private static let cases: [(TestDatabase, UInt64)] = {
        let databases = TestDatabase.allCases
        if let seed = ProcessInfo.processInfo.environment["WORKFLOW_PLATFORM_SEED"].flatMap(UInt64.init) {
            return databases.map { ($0, seed) }
        }
        return (1...4).map { (databases[$0 == 4 ? databases.count - 1 : 0], $0) }
    }()
    private static let companies = 12
    private static let requestsOfEach = 40

    @Test(arguments: cases)
    func nobodyChangesOrLearnsWhatBelongsToOthers(database: TestDatabase, seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try await TestPlatform.with(database) {
            ($0.loginAttempts, $0.loginAttemptsPerAddress) = (1_000_000, 1_000_000)
        } _: { (test) async throws in
            let foreign = try await Self.foreign(test)
            let dump = try await TenantDump(of: foreign.tenant.company, test.services.database)
            let before = try await dump.rows(test.services.database)
            let view = try await Self.view(foreign.tenant, test)
            #expect(before.count > 30 && view.count > 10)
            var checker = Checker(dump: dump, before: before, mark: Self.mark, seed: seed, test: test)
            for number in 1...Self.companies {
                let world = try await RouteWalkTests.World.make(keyOf: .owner, suffix: "-\(number)", test)
                let own = TenantIdentifiers(world)
                for _ in 1...Self.requestsOfEach {
                    test.clock.advance(by: .milliseconds(1))
                    let request = RandomRequest.make(own: own, foreign: TenantIdentifiers(foreign), &random)
                    let who = Self.callers.randomElement(using: &random) ?? .owner
                    let token = try await world.caller(who, request.route, test).token
                    guard try await checker.check(request, token: token, as: who, &random) else { return }
                }
            }
            #expect(checker.compared > 150, "seed \(seed)")
            #expect(checker.succeeded > 60, "seed \(seed)")
            #expect(try await Self.view(foreign.tenant, test) == view, "seed \(seed)")
        }
    }

    /// Otherwise requests about things of others would be about nothing at all.
    @Test func everyParameterNamesWhatThereIs() async throws {
        try await TestPlatform.with { (test) async throws in
            let world = try await RouteWalkTests.World.make(keyOf: .owner, test)
            let (own, owner) = (TenantIdentifiers(world), world.tenant.token(.owner))
            for route in APIRoutes.all where route.method == .get {
                guard case .role = route.access, route.stream == nil else { continue }
                let path = try route.pathParameters.reduce(route.path) { path, name in
                    path.replacing("{\(name)}", with: try #require(own.value(name, route)))
                }
                let answer = try await test.send(.get, path, token: owner)
                #expect(answer.status != 404, "\(route.name): \(answer.text)")
            }
        }
    }

    private static let callers: [RouteWalkTests.Who] = [
        .nobody, .outsider, .viewer, .editor, .admin, .owner, .owner, .owner, .owner, .ownersKey, .ownersReadingKey,
    ]

    /// The other company, with a deployed workflow, and a request under a key.
    private static func foreign(_ test: TestPlatform) async throws -> RouteWalkTests.World {
        let world = try await RouteWalkTests.World.make(keyOf: .owner, suffix: mark, test)
        let (tenant, owner) = (world.tenant, world.tenant.token(.owner))
        var headers = HTTPFields()
        if let field = HTTPField.Name("Idempotency-Key") { headers[field] = foreignKey }
        let made = try await test.send(
            .post, "/companies/\(tenant.company)/organizations", token: owner, ["name": .string("\(mark) kept")],
            headers: headers)
        #expect(made.status == 201)
        let deployed = try await test.send(.post, "/workflows/\(tenant.workflow)/deploy", token: owner, [:])
        #expect(deployed.status == 200, "\(deployed.text)")
        return world
    }

    /// All that the owner of a company sees.
    private static func view(_ tenant: TestTenant, _ test: TestPlatform) async throws -> [String] {
        let ids: [ResourceLevel: String] = [
            .company: tenant.company.text, .organization: tenant.organization.text, .project: tenant.project.text,
            .workflow: tenant.workflow.text,
        ]
        var texts: [String] = []
        for route in APIRoutes.all where route.method == .get && route.pathParameters.count == 1 {
            guard case .role(_, _, let on, _) = route.access, let id = ids[on.level] else { continue }
            let path = route.path.replacing("{\(on.parameter)}", with: id)
            let answer = try await test.send(.get, path, token: tenant.token(.owner))
            texts.append("\(route.name) \(answer.status) \(answer.text)")
        }
        return texts
    }
}
