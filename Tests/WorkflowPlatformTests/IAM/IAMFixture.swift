import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// A company whose providers may be on loopback.
struct IAMFixture {
    let test: TestPlatform
    let tenant: TestTenant

    static func with(
        _ database: TestDatabase = TestDatabase.allCases[0], clock: TestClock = TestClock(),
        isLoopbackAllowed: Bool = true, service: String? = nil,
        _ body: (IAMFixture) async throws -> Void
    ) async throws {
        try await TestPlatform.with(
            database, clock: clock,
            { configuration in
                configuration.publicURL = "https://platform.example.com"
                configuration.securityTokenService = service
                if isLoopbackAllowed, let range = AddressRange("127.0.0.1") {
                    configuration.providerAddresses = [range]
                }
            }
        ) { (test) async throws in
            try await body(IAMFixture(test: test, tenant: try await TestTenant.make("Alpha", test)))
        }
    }

    func create(
        _ type: String, _ config: JSONValue, name: String = "provider", as role: Role = .admin
    ) async throws -> TestAnswer {
        try await test.send(
            .post, "/companies/\(tenant.company)/iam/providers", token: tenant.token(role),
            ["provider_type": .string(type), "name": .string(name), "config": config])
    }

    /// Adds a provider.
    ///
    /// - Returns: Its identifier.
    func provider(_ type: String, _ config: JSONValue, name: String = "provider") async throws -> String {
        let answer = try await create(type, config, name: name)
        guard answer.status == 201 else { throw WorkflowError(.invalidInput, answer.text) }
        return try answer.data["id"]?.stringValue ?? ""
    }

    func map(
        _ identity: String, _ role: Role, on level: ResourceLevel = .company, _ resource: String? = nil,
        of provider: String, as mapper: Role = .admin
    ) async throws -> TestAnswer {
        try await test.send(
            .post, "/iam/providers/\(provider)/mappings", token: tenant.token(mapper),
            [
                "external_identifier": .string(identity), "resource_type": .string(level.rawValue),
                "resource_id": .string(resource ?? tenant.company.text), "role": .string(role.rawValue),
            ])
    }

    /// Asks for a token.
    func token(_ provider: String, _ body: JSONValue) async throws -> TestAnswer {
        try await test.send(.post, "/auth/iam/\(provider)/token", body)
    }

    /// What the test of a provider finds.
    func check(_ provider: String) async throws -> (isSuccess: Bool, message: String) {
        let answer = try await test.send(.post, "/iam/providers/\(provider)/test", token: tenant.token(.admin))
        return (try answer.data["success"] == true, try answer.data["message"]?.stringValue ?? answer.text)
    }
}

extension TestTenant {
    /// Puts a provider with a mapping into the database.
    func addIAMProvider(_ test: TestPlatform) async throws -> (provider: String, mapping: String) {
        let (services, now) = (test.services, test.clock.now)
        let provider = IAMProvider(
            id: services.newID(), company: company, kind: .openIDConnect, name: "\(services.newID(User.self))",
            settings: .openIDConnect(
                .init(issuer: "http://127.0.0.1:1", audience: "platform", claim: "sub")),
            isEnabled: true, revision: 1, createdBy: id(.owner), createdAt: now, updatedAt: now)
        let mapping = IAMMapping(
            id: services.newID(), provider: provider.id, company: company, identity: "robot", level: .company,
            resource: company.text, role: .viewer, createdBy: id(.owner), createdAt: now)
        try await services.database.write { connection in
            try IAMProviderTable.insert(provider, sealed: nil, connection)
            try IAMMappingTable.insert(mapping, connection)
        }
        return (provider.id.text, mapping.id.text)
    }
}

/// What no request without a proof runs of the statements for programs.
enum IAMStatements {
    static func run(_ test: TestPlatform) async throws {
        let now = test.clock.now
        let tenant = try await TestTenant.make("Programs", test)
        let added = try await tenant.addIAMProvider(test).provider
        guard let provider = ID<IAMProvider>(added) else { throw WorkflowError(.invalidInput, added) }
        try await test.services.database.write { connection in
            let token = IAMToken(
                hash: "x", provider: provider, user: tenant.id(.owner),
                program: ProvenProgram(subject: "robot", identities: ["robot"], proof: nil), createdAt: now,
                expiresAt: now.advanced(by: .seconds(60)))
            try IAMTokenTable.insert(token, connection)
            let caller = try IAMTokenTable.caller(hash: "x", now: now, connection)
            if let caller { _ = try Admission.caller(caller.credential, of: caller.user, now: now, connection) }
            try IAMTokenTable.deleteAll(of: provider, connection)
        }
    }
}
