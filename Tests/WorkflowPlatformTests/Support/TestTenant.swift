import HTTPTypes
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// A company with an organization, a project and a member for each role, put into the database directly.
struct TestTenant: Sendable {
    /// Somebody with a session.
    struct Person: Sendable {
        let id: ID<User>
        let email: String
        let session: ID<Session>
        let token: String
    }

    let company: ID<Company>
    let organization: ID<Organization>
    let project: ID<Project>
    /// A project in another organization.
    let elsewhere: ID<Project>
    /// A workflow of the project with a secret, whose two versions say the name of the company.
    let workflow: ID<Workflow>
    /// An execution of the workflow that has ended.
    let execution: ID<Execution>
    let people: [Role: Person]
    /// Has a role on ``elsewhere`` only.
    let outsider: Person

    var path: ResourcePath { ResourcePath(company: company).appending(organization).appending(project) }

    func token(_ role: Role) -> String { people[role]?.token ?? "" }

    func id(_ role: Role) -> ID<User> { people[role]?.id ?? ID(stored: "") }

    /// Makes a company.
    ///
    /// - Parameter name: Occurs in everything that belongs to it.
    static func make(_ name: String, _ test: TestPlatform) async throws -> TestTenant {
        let (services, now) = (test.services, test.clock.now)
        let company = Company(
            id: services.newID(), name: name, slug: name.lowercased(), createdBy: services.newID(),
            metadata: ["of": .string(name)], revision: 1, createdAt: now, updatedAt: now)
        let organizations = ["main", "other"].map { part in
            Organization(
                id: services.newID(), company: company.id, name: "\(name) \(part)", slug: part, metadata: [:],
                revision: 1, createdAt: now, updatedAt: now)
        }
        let projects = organizations.map { organization in
            Project(
                id: services.newID(), company: company.id, organization: organization.id,
                name: "\(name) project", slug: "project", description: "", metadata: [:], revision: 1,
                createdAt: now, updatedAt: now)
        }
        try await services.database.write { connection in
            try CompanyTable.insert(company, connection)
            for organization in organizations { try OrganizationTable.insert(organization, connection) }
            for project in projects { try ProjectTable.insert(project, connection) }
        }
        var people: [Role: Person] = [:]
        for role in Role.allCases {
            let grant = Grant(role, on: ResourcePath(company: company.id))
            people[role] = try await person("\(name)-\(role.rawValue)", [grant], test)
        }
        let workflow = try await workflow(name, company.id, organizations[0].id, projects[0].id, test)
        let far = ResourcePath(company: company.id).appending(organizations[1].id).appending(projects[1].id)
        let outsider = try await person("\(name)-outsider", [Grant(.owner, on: far)], test)
        return TestTenant(
            company: company.id, organization: organizations[0].id, project: projects[0].id,
            elsewhere: projects[1].id, workflow: workflow,
            execution: try await execution(name, of: workflow, test), people: people, outsider: outsider)
    }

    private static func workflow(
        _ name: String, _ company: ID<Company>, _ organization: ID<Organization>, _ project: ID<Project>,
        _ test: TestPlatform
    ) async throws -> ID<Workflow> {
        let (services, now) = (test.services, test.clock.now)
        let user: ID<User> = services.newID()
        let workflow = Workflow(
            id: services.newID(), company: company, organization: organization, project: project,
            name: "\(name) workflow", slug: "workflow", description: "", version: 2, status: .draft,
            deployedVersion: nil, createdBy: user, updatedBy: user, revision: 1, createdAt: now, updatedAt: now)
        try await services.database.write { connection in
            try WorkflowTable.insert(workflow, connection)
            for number in 1...2 {
                let version = WorkflowVersion(
                    workflow: workflow.id, number: number, configuration: saying("\(name) \(number)"),
                    createdBy: user, createdAt: now)
                try WorkflowVersionTable.insert(version, connection)
            }
            let sealed = try services.workflows.vault.seal(
                "\(name) secret", named: "TOKEN", of: workflow, now: now, connection)
            try SecretTable.save(
                "TOKEN", of: DeploymentKey(workflow.id), sealed: sealed, by: user, now: now, connection)
        }
        return workflow.id
    }

    private static func execution(
        _ name: String, of workflow: ID<Workflow>, _ test: TestPlatform
    ) async throws -> ID<Execution> {
        var execution = Execution(
            id: test.services.newID(), workflow: workflow, version: 1, kind: .call, part: "\(name) part",
            action: "act", trigger: .http, status: .failed, startedAt: test.clock.now)
        execution.completedAt = test.clock.now
        var entry = ExecutionEntry(execution: execution, recorder: ValueRecorder(secrets: nil))
        entry.input = .value(["of": .string(name)], size: 10)
        try await test.services.database.write { [entry] in _ = try ExecutionBatch([entry]).write($0) }
        return execution.id
    }

    /// Makes somebody with roles, signed in.
    static func person(_ name: String, _ grants: [Grant], _ test: TestPlatform) async throws -> Person {
        let (services, now) = (test.services, test.clock.now)
        let user = User(
            id: services.newID(), kind: .person, company: nil, email: "\(name)@example.com", isEmailVerified: true,
            displayName: name, avatarURL: "", isActive: true, hasSecondFactor: false, revision: 1, createdAt: now,
            updatedAt: now, lastLoginAt: nil)
        let session = Session(
            id: services.newID(), user: user.id, address: "", userAgent: "", createdAt: now, lastUsedAt: now,
            expiresAt: now.advanced(by: .seconds(3600)))
        try await services.database.write { connection in
            try UserTable.insert(user, passwordHash: nil, connection)
            try SessionTable.insert(session, connection)
            for grant in grants {
                try MembershipTable.insert(
                    Membership(
                        id: services.newID(), user: user.id, company: grant.company, level: grant.level,
                        resource: grant.resource, role: grant.role, revision: 1, createdAt: now, updatedAt: now),
                    connection)
            }
        }
        let token = try await services.accessTokens.make(user: user.id, session: session.id, now: now)
        return Person(id: user.id, email: user.email, session: session.id, token: token)
    }

    /// Makes an API key of somebody.
    func key(_ role: Role, _ scopes: [String], _ test: TestPlatform) async throws -> (id: String, secret: String) {
        let answer = try await test.send(
            .post, "/companies/\(company)/api-keys", token: token(role),
            ["name": "key", "scopes": .array(scopes.map { .string($0) })])
        return (try answer.data["id"]?.stringValue ?? "", try answer.data["key"]?.stringValue ?? "")
    }
}
