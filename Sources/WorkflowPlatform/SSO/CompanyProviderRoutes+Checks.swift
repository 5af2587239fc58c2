import HTTPTypes
import WorkflowCore
import WorkflowStore

extension CompanyProviderRoutes {
    /// The provider that the path names, with its encrypted secret.
    ///
    /// - Throws: ``HTTPError`` 404 when the company has no such provider.
    static func find(
        _ call: APICall, _ connection: any SQLConnection
    ) throws -> (provider: IdentityProvider, sealed: String) {
        let id: ID<IdentityProvider> = try call.id("providerId")
        let company = try call.path.company
        guard let found = try IdentityProviderTable.find(id, connection), found.provider.company == company else {
            throw PlatformError.notFound
        }
        return found
    }

    /// Decides again, with the roles as they are now, that nobody else can change until the transaction ends.
    static func authorize(_ call: APICall, _ connection: any SQLConnection) throws {
        try call.authorize(Action(.owner, in: .signOn), on: try call.path, connection)
    }

    /// The scopes in the body.
    static func scopes(_ call: APICall) -> [String]? {
        call.body["scopes"]?.arrayValue.map { $0.compactMap(\.stringValue) }
    }

    /// - Throws: ``HTTPError`` 400.
    static func check(_ settings: ProviderSettings) throws {
        if let problem = settings.problem { throw invalid(problem.member, problem.detail) }
    }

    /// 400: a member of the body is not as it must be.
    static func invalid(_ member: String, _ detail: String) -> HTTPError {
        PlatformError.invalid([SchemaProblem(pointer: "/\(member)", detail: detail)])
    }

    /// Encrypts the secret of a provider.
    static func seal(
        _ secret: String, of provider: IdentityProvider, _ call: APICall, _ connection: any SQLConnection
    ) throws -> String {
        try call.services.workflows.vault.seal(
            secret, for: SignOnSecrets.owner(of: provider), of: provider.company, now: call.now, connection)
    }

    /// Ends what a provider has vouched for.
    static func endSessions(
        of provider: IdentityProvider, _ call: APICall, _ connection: any SQLConnection
    ) throws {
        try SignOnTable.deleteCodes(of: provider.id, connection)
        _ = try SessionTable.endAll(by: provider.id, reason: "provider changed", now: call.now, connection)
    }
}
