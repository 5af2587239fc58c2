import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

extension TestTenant {
    /// Puts a provider of the company into the database that sends browsers away without being asked itself.
    func provider(_ test: TestPlatform) async throws -> ID<IdentityProvider> {
        let (services, now) = (test.services, test.clock.now)
        let provider = IdentityProvider(
            id: services.newID(), company: company, name: "GitHub", kind: .gitHub, issuer: "https://github.com",
            clientID: "workflow", scopes: ["user:email"], isEnabled: true, isEnforced: false, revision: 1,
            createdAt: now, updatedAt: now)
        try await services.database.write { connection in
            let sealed = try services.workflows.vault.seal(
                "a secret of the provider", for: SignOnSecrets.owner(of: provider), of: company, now: now, connection)
            try IdentityProviderTable.insert(provider, sealed: sealed, connection)
        }
        return provider.id
    }
}

extension TestTenant.Person {
    /// Puts into the database who they are at a provider, with the identifier of their session.
    func link(_ provider: ID<IdentityProvider>, of company: ID<Company>, _ test: TestPlatform) async throws {
        let identity = Identity(
            id: ID(stored: session.text), user: id, provider: provider.text, company: company,
            issuer: "https://github.com", subject: id.text, email: email, createdAt: test.clock.now,
            lastUsedAt: test.clock.now)
        try await test.services.database.write { try IdentityTable.insert(identity, $0) }
    }
}
