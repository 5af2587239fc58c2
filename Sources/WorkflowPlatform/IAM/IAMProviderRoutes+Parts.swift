import HTTPTypes
import WorkflowCore
import WorkflowStore

extension IAMProviderRoutes {
    /// The provider that the path names, with its encrypted secret.
    static func find(
        _ call: APICall, _ connection: any SQLConnection
    ) throws -> (provider: IAMProvider, sealed: String?) {
        guard let found = try IAMProviderTable.find(try call.id("iamProviderId"), connection),
            found.provider.company == (try call.path.company)
        else { throw PlatformError.notFound }
        return found
    }

    /// Whoever decides who proves identities has all roles that those are given: nobody does beyond their own role.
    static func authorize(
        _ provider: IAMProvider, _ call: APICall, _ connection: any SQLConnection
    ) throws {
        let roles = try IAMMappingTable.roles(of: provider.id, connection)
        let action = Action(.admin, in: .credentials, concerning: roles)
        try call.authorize(action, on: try call.path, connection)
    }

    static func seal(
        _ secret: String, of provider: IAMProvider, _ call: APICall, _ connection: any SQLConnection
    ) throws -> String {
        try call.services.workflows.vault.seal(
            secret, for: IdentityManagement.owner(of: provider), of: provider.company, now: call.now, connection)
    }

    static func record(
        _ action: String, _ provider: IAMProvider, _ details: JSONObject, _ call: APICall,
        _ connection: any SQLConnection
    ) throws {
        let event = call.event(action, "iam_provider", provider.id.text, details)
        try call.services.audit.append(event, to: provider.company, now: call.now, connection)
    }
}
