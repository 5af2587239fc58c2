import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Which roles the identities of a provider have.
enum IAMMappingRoutes {
    private static let most = 1000
    private static let path = "/iam/providers/{iamProviderId}/mappings"

    static let all: [APIRoute] = [
        APIRoute(
            name: "createIAMMapping", method: .post, path: path, tag: "IAM",
            summary: "Gives an identity of a provider a role on something of the company.",
            access: .role(.admin, .credentials, on: .iamProvider, byPerson: true),
            body: .object([
                .required("external_identifier", .text(1...500), "The identity, compared as it is."),
                .required("resource_type", .oneOf(ResourceLevel.allCases.map(\.rawValue))),
                .required("resource_id", .id), .required("role", .role),
            ]),
            answer: .created(Documents.iamMapping),
            problems: [409: "The identity has a role on it, or there are too many."], handler: create),
        APIRoute(
            name: "listIAMMappings", method: .get, path: path, tag: "IAM",
            summary: "The roles that identities of a provider have.",
            access: .role(.viewer, .credentials, on: .iamProvider), answer: .page(Documents.iamMapping),
            handler: list),
        APIRoute(
            name: "deleteIAMMapping", method: .delete, path: "/iam/mappings/{iamMappingId}", tag: "IAM",
            summary: "Takes a role from an identity, at once.",
            access: .role(.admin, .credentials, on: .iamMapping, byPerson: true), answer: .noContent,
            handler: delete),
    ]

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let (services, company) = (call.services, try call.path.company)
        guard let level = ResourceLevel(rawValue: try call.requiredText("resource_type")),
            let role = Role(rawValue: try call.requiredText("role"))
        else { throw PlatformError.defect("the body has an unknown role or kind of resource") }
        let (identity, resource) = (
            try call.requiredText("external_identifier"), try call.requiredText("resource_id")
        )
        let mapping = try await services.database.write { connection in
            try services.audit.lock(company, connection)
            let provider = try IAMProviderRoutes.find(call, connection).provider
            guard let target = try ResourceFinder.path(level, resource, connection), target.company == company else {
                throw PlatformError.problem(
                    .notFound, "resource-not-found", "There is no such \(level.rawValue) in this company.")
            }
            try authorize(role, on: target, call, connection)
            guard try IAMMappingTable.count(of: provider.id, connection) < most else {
                throw PlatformError.conflict("too-many-mappings", "A provider has \(most) mappings at most.")
            }
            let mapping = IAMMapping(
                id: services.newID(), provider: provider.id, company: company, identity: identity, level: level,
                resource: resource, role: role, createdBy: try call.caller.user, createdAt: call.now)
            do {
                try IAMMappingTable.insert(mapping, connection)
            } catch let error as SQLError where error.kind == .uniqueViolation {
                throw PlatformError.conflict("mapping-exists", "The identity has a role on it; remove that before.")
            }
            try record("iam-mapping.create", mapping, call, connection)
            return mapping
        }
        return .data(.object(Documents.make(mapping)))
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let page = try call.page
        let found = try await call.services.database.read { connection in
            try IAMMappingTable.list(
                of: try IAMProviderRoutes.find(call, connection).provider.id, page, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let company = try call.path.company
        try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            guard let mapping = try IAMMappingTable.find(try call.id("iamMappingId"), connection),
                mapping.company == company
            else { throw PlatformError.notFound }
            try authorize(mapping.role, on: try call.path, call, connection)
            try IAMMappingTable.delete(mapping.id, connection)
            try record("iam-mapping.delete", mapping, call, connection)
        }
        return .nothing
    }

    /// Nobody gives or takes away a role greater than their own there, with the roles as they are now.
    private static func authorize(
        _ role: Role, on path: ResourcePath, _ call: APICall, _ connection: any SQLConnection
    ) throws {
        try call.authorize(Action(.admin, in: .credentials, concerning: [role]), on: path, connection)
    }

    private static func record(
        _ action: String, _ mapping: IAMMapping, _ call: APICall, _ connection: any SQLConnection
    ) throws {
        let event = call.event(action, "iam_mapping", mapping.id.text, Documents.make(mapping))
        try call.services.audit.append(event, to: mapping.company, now: call.now, connection)
    }
}
