import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// Random requests by members of one company, with the identifiers of another one wherever they fit.
@Suite(.timeLimit(.minutes(5))) struct IsolationTests {
    @Test(arguments: TestDatabase.allCases, [UInt64(1), 2, 3])
    func nobodyChangesOrSeesWhatBelongsToOthers(database: TestDatabase, seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try await TestPlatform.with(database) { (test) async throws in
            let alpha = try await TestTenant.make("Alpha", test)
            let beta = try await TestTenant.make("Beta", test)
            let key = try await alpha.key(.owner, ["*:read"], test)
            let invitation = try await test.send(
                .post, "/companies/\(alpha.company)/invitations", token: alpha.token(.owner),
                ["email": "Alpha-guest@example.com", "role": "viewer"])
            let secrets = [
                alpha.company.text, alpha.organization.text, alpha.project.text, alpha.elsewhere.text,
                alpha.workflow.text, key.id,
                try invitation.data["id"]?.stringValue ?? "",
            ]
            let users = Role.allCases.map { alpha.id($0).text } + [alpha.outsider.id.text]
            let own = [beta.company.text, beta.organization.text, beta.project.text, beta.workflow.text]
            let before = try await Digest.make(of: alpha.company, test)
            let strangersKey = try await beta.key(.owner, ["*:admin"], test)
            let tokens = Role.allCases.map { beta.token($0) } + [strangersKey.secret]
            var sent = 0
            for _ in 1...400 {
                guard let route = APIRoutes.all.randomElement(using: &random),
                    let token = tokens.randomElement(using: &random)
                else { continue }
                let ids = secrets + users + (Bool.random(using: &random) ? own : [])
                let place = Bool.random(using: &random) ? Self.own(route, beta) : nil
                let path = route.path.split(separator: "/").map { segment in
                    if segment == place?.segment ?? "" { return place?.id ?? "" }
                    return segment.hasPrefix("{") ? ids.randomElement(using: &random) ?? "" : String(segment)
                }.reduce("") { "\($0)/\($1)" }
                let body = route.body.map { Self.value($0, ids, &random) }
                let answer = try await test.send(route.method, path, token: token, body)
                sent += 1
                #expect(answer.status < 500, "\(route.name): \(answer.text)")
                #expect(!answer.text.contains("Alpha"), "\(route.name) \(path): \(answer.text)")
            }
            #expect(sent == 400)
            #expect(try await Digest.make(of: alpha.company, test) == before)
        }
    }

    /// The segment of a path that names the thing that a route is about, and what somebody has in its place.
    private static func own(_ route: APIRoute, _ tenant: TestTenant) -> (segment: String, id: String)? {
        guard case .role(_, _, let on, _) = route.access else { return nil }
        let id =
            switch on.level {
            case .company: tenant.company.text
            case .organization: tenant.organization.text
            case .project: tenant.project.text
            case .workflow: tenant.workflow.text
            }
        return ("{\(on.parameter)}", id)
    }

    @Test(arguments: APIRoutes.all.filter { $0.pathParameters.count > 1 && $0.parameters.isEmpty }.map(\.name))
    func whatOthersHaveIsNotFoundInOnesOwn(name: String) async throws {
        let route = try #require(APIRoutes.all.first { $0.name == name })
        try await TestPlatform.with { (test) async throws in
            let world = try await RouteWalkTests.World.make(keyOf: .viewer, test)
            let (owner, foreign) = (world.stranger, world.tenant)
            let place = try #require(Self.own(route, owner))
            let path = try route.path.split(separator: "/").map { segment in
                if segment == place.segment { return place.id }
                guard segment.hasPrefix("{") else { return String(segment) }
                return try #require(world.parameters[String(segment.dropFirst().dropLast())])
            }.reduce("") { "\($0)/\($1)" }
            var random = SeededGenerator(seed: 1)
            let body = route.body.map { Self.value($0, [foreign.company.text], &random) }
            let before = try await Digest.make(of: foreign.company, test)
            let answer = try await test.send(route.method, path, token: owner.token(.owner), body)
            #expect(answer.status == 404, "\(answer.text)")
            #expect(try await Digest.make(of: foreign.company, test) == before)
        }
    }

    /// A value that fits a schema, with the identifiers given wherever one belongs.
    private static func value(_ schema: Schema, _ ids: [String], _ random: inout SeededGenerator) -> JSONValue {
        switch schema {
        case .named(_, let schema), .nullable(let schema): return value(schema, ids, &random)
        case .any: return .null
        case .boolean: return .bool(Bool.random(using: &random))
        case .integer(let range): return .integer(Int64(range.lowerBound))
        case .freeObject: return ["k": .string("v\(Int.random(in: 0...9, using: &random))")]
        case .map(_, let values, _): return ["k": value(values, ids, &random)]
        case .array(let schema, _): return .array([value(schema, ids, &random)])
        case .object(let members):
            var object = JSONObject()
            for member in members where member.isRequired || Bool.random(using: &random) {
                object[member.name] = value(member.schema, ids, &random)
            }
            return .object(object)
        case .string(let rule):
            if let choice = rule.values.randomElement(using: &random) { return .string(choice) }
            switch rule.form {
            case .uuid: return .string(ids.randomElement(using: &random) ?? "")
            case .email: return "beta-guest@example.com"
            case .time: return "2030-01-01T00:00:00Z"
            case .slug: return .string("slug-\(Int.random(in: 0...9999, using: &random))")
            case .password: return .string(TestPlatform.password)
            case .variable: return "NAME"
            case .label, .labelFilter: return "k:v"
            case .uri, nil: return .string("text \(Int.random(in: 0...9999, using: &random))")
            }
        }
    }
}
