import HTTPTypes
import WorkflowCore
import WorkflowHTTP
import WorkflowStore

/// All routes of the API. A route that is not listed here does not exist; one that is has an access rule.
enum APIRoutes {
    static let all: [APIRoute] =
        SetupRoutes.all + RegistrationRoutes.all + LoginRoutes.all + PasswordRoutes.all + EmailVerification.routes
        + SecondFactor.routes + AccountRoutes.all + CompanyRoutes.all + OrganizationRoutes.all + ProjectRoutes.all
        + MemberRoutes.all + InvitationRoutes.all + APIKeyRoutes.all + ServiceAccountRoutes.all + AuditRoutes.all
        + WorkflowRoutes.all + VersionRoutes.all + DeploymentRoutes.all + SecretRoutes.all
        + PermissionRoutes.all + EnvironmentRoutes.all + PromotionRoutes.all + QuotaRoutes.all
        + ExecutionRoutes.all + ExecutionControlRoutes.all + LogRoutes.all + EventRoutes.all + StreamRoutes.all
        + DashboardRoutes.all + LinkRoutes.all + DeadEventRoutes.all + DeviceRoutes.all + PlanRoutes.all
        + SignOnRoutes.all + IdentityRoutes.all + CompanyProviderRoutes.all
        + IAMProviderRoutes.all + IAMMappingRoutes.all + IAMTokenRoutes.all
        + AccountDeletion.all

    /// Makes the table that finds the handler for a request.
    ///
    /// - Parameters:
    ///   - routes: The routes.
    ///   - services: What their handlers share.
    /// - Throws: ``RouteError`` when two routes contradict each other.
    static func table(_ routes: [APIRoute], _ services: PlatformServices) throws -> RouteTable {
        var builder = RouteTableBuilder()
        for route in routes {
            try builder.add(
                method: route.method, pattern: route.fullPath, handler: APIHandler(route: route, services: services))
        }
        let description = OpenAPIText(routes, services.configuration)
        try builder.add(
            method: .get, pattern: "\(APIPath.prefix)/openapi.json",
            handler: ClosureHandler { _ in .json(bytes: description.bytes) })
        try builder.add(
            method: .get, pattern: "/livez", handler: ClosureHandler { _ in .json(["status": "alive"]) })
        try builder.add(method: .get, pattern: "/readyz", handler: ClosureHandler { _ in await ready(services) })
        try PlatformPages.add(to: &builder)
        return builder.build()
    }

    private static func ready(_ services: PlatformServices) async -> ServerResponse {
        do {
            _ = try await services.database.read { try UserTable.hasPeople($0) }
            return .json(["status": "ready"])
        } catch {
            return .json(["status": "not_ready"], status: .serviceUnavailable)
        }
    }
}
