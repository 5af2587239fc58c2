import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct IAMRouteTests {
    private let config: JSONValue = ["issuer": "https://login.example.com", "client_id": "platform"]

    @Test(arguments: TestDatabase.allCases)
    func providersAreMadeChangedAndRemoved(database: TestDatabase) async throws {
        try await IAMFixture.with(database) { fixture in
            let (test, tenant) = (fixture.test, fixture.tenant)
            let made = try await fixture.create("oidc", config)
            #expect(made.status == 201)
            #expect(try made.data["config"]?["claim_key"] == "sub")
            let id = try #require(try made.data["id"]?.stringValue)
            #expect(
                try made.data["token_url"] == .string("https://platform.example.com/api/v1/auth/iam/\(id)/token"))
            let same = try await fixture.create("oidc", config)
            #expect(same.status == 409)
            let path = "/iam/providers/\(id)"
            let renamed = try await test.send(
                .put, path, token: tenant.token(.admin), ["name": "new"], headers: [.ifMatch: EntityTag.make(1)])
            #expect(try renamed.data["revision"] == 2)
            let stale = try await test.send(
                .put, path, token: tenant.token(.admin), ["name": "newer"], headers: [.ifMatch: EntityTag.make(1)])
            #expect(stale.status == 412)
            #expect(try await test.send(.delete, path, token: tenant.token(.admin)).status == 204)
            #expect(try await test.send(.get, path, token: tenant.token(.admin)).status == 404)
        }
    }

    @Test(arguments: ["saml", "ldap", "custom"])
    func typesThatCannotBeCheckedAreRefused(type: String) async throws {
        try await IAMFixture.with { fixture in
            let answer = try await fixture.create(type, [:])
            #expect(answer.status == 422)
            #expect(
                try answer.json["detail"]
                    == .string(
                        "Providers of the type \(type) are not supported; use one of: aws_iam, kubernetes, oidc."))
        }
    }

    @Test(arguments: [
        ("oidc", "{}", "/config/issuer"), ("oidc", #"{"issuer": "ftp://x", "client_id": "a"}"#, "/config/issuer"),
        ("oidc", #"{"issuer": "http://login.example.com", "client_id": "a"}"#, "/config/issuer"),
        ("oidc", #"{"issuer": "https://x.example.com"}"#, "/config/client_id"),
        ("oidc", #"{"issuer": "https://x.example.com", "issuer_url": "https://y.example.com"}"#, "/config/issuer_url"),
        ("oidc", #"{"isuer": "https://x.example.com"}"#, "/config/isuer"),
        ("kubernetes", #"{"server": "https://x.example.com"}"#, "/config/reviewer_token"),
        ("kubernetes", #"{"server": 1}"#, "/config/server"),
        ("aws_iam", #"{"account_id": "123"}"#, "/config/account_id"),
        ("aws_iam", #"{"account_id": "123456789012", "region": "evil.example.com/x-1"}"#, "/config/region"),
        ("aws_iam", #"{"account_id": "123456789012", "region": "eu-west-1.evil"}"#, "/config/region"),
    ])
    func whatIsWrongIsSaid(type: String, config: String, pointer: String) async throws {
        try await IAMFixture.with { fixture in
            let answer = try await fixture.create(type, try JSONValue(parsing: config))
            #expect(answer.status == 400)
            #expect(try answer.json["errors"]?[0]?["pointer"] == .string(pointer))
        }
    }

    @Test func mappingsStayInTheCompany() async throws {
        try await IAMFixture.with { fixture in
            let other = try await TestTenant.make("Beta", fixture.test)
            let provider = try await fixture.provider("oidc", config)
            for (level, resource) in [
                (ResourceLevel.company, other.company.text), (.organization, other.organization.text),
                (.project, other.project.text), (.workflow, other.workflow.text),
                (.company, fixture.tenant.project.text),
            ] {
                let answer = try await fixture.map("x", .viewer, on: level, resource, of: provider, as: .owner)
                #expect(answer.status == 404)
                #expect(try answer.problem == "resource-not-found")
            }
            // Not for somebody either who owns both.
            let both = try await TestTenant.person(
                "both",
                [fixture.tenant.company, other.company].map { Grant(.owner, on: ResourcePath(company: $0)) },
                fixture.test)
            let answer = try await fixture.test.send(
                .post, "/iam/providers/\(provider)/mappings", token: both.token,
                [
                    "external_identifier": "x", "resource_type": "company",
                    "resource_id": .string(other.company.text), "role": "viewer",
                ])
            #expect(answer.status == 404)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func mappingsEndWithWhatTheyAreOn(database: TestDatabase) async throws {
        try await IAMFixture.with(database) { fixture in
            let (test, tenant) = (fixture.test, fixture.tenant)
            let provider = try await fixture.provider("oidc", config)
            let things: [(ResourceLevel, String)] = [
                (.organization, "\(tenant.organization)"), (.project, "\(tenant.project)"),
                (.workflow, "\(tenant.workflow)"),
            ]
            for (level, id) in things {
                #expect(try await fixture.map("program", .viewer, on: level, id, of: provider).status == 201)
            }
            for (left, (level, id)) in things.enumerated().reversed() {
                let path = "/\(level.rawValue)s/\(id)"
                #expect(try await test.send(.delete, path, token: tenant.token(.owner)).status == 204)
                let list = try await test.send(
                    .get, "/iam/providers/\(provider)/mappings", token: tenant.token(.admin))
                #expect(try list.data.arrayValue?.count == left)
            }
        }
    }

    @Test func nobodyGivesMoreThanTheyHave() async throws {
        try await IAMFixture.with { fixture in
            let (test, tenant) = (fixture.test, fixture.tenant)
            let provider = try await fixture.provider("oidc", config)
            #expect(try await fixture.map("x", .owner, of: provider).status == 403)
            let mapped = try await fixture.map("x", .owner, of: provider, as: .owner)
            #expect(mapped.status == 201)
            #expect(try await fixture.map("x", .owner, of: provider, as: .owner).problem == "mapping-exists")
            let id = try #require(try mapped.data["id"]?.stringValue)
            let admin = tenant.token(.admin)
            #expect(try await test.send(.delete, "/iam/mappings/\(id)", token: admin).status == 403)
            // An issuer of one's own would be as good as the role.
            let evil: JSONValue = ["config": ["issuer": "https://evil.example.com", "client_id": "platform"]]
            let path = "/iam/providers/\(provider)"
            #expect(try await test.send(.put, path, token: admin, evil).status == 403)
            #expect(try await test.send(.delete, path, token: admin).status == 403)
            #expect(try await test.send(.delete, "/iam/mappings/\(id)", token: tenant.token(.owner)).status == 204)
            #expect(try await test.send(.put, path, token: admin, evil).status == 200)
        }
    }
}
