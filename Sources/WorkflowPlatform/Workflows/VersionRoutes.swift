import HTTPTypes
import WorkflowCore
import WorkflowStore

/// The versions of a workflow.
enum VersionRoutes {
    private static let number = Schema.integer(1...Int(Int32.max))
    private static let parameters = ["v": number]

    static let all: [APIRoute] = [
        APIRoute(
            name: "listVersions", method: .get, path: "/workflows/{id}/versions", tag: "Workflows",
            summary: "The versions of the configuration of a workflow.",
            access: .role(.viewer, .workflows, on: .workflow("id")), answer: .page(Documents.versionSummary),
            handler: list),
        APIRoute(
            name: "showVersion", method: .get, path: "/workflows/{id}/versions/{v}", tag: "Workflows",
            summary: "A version with its configuration.", access: .role(.viewer, .workflows, on: .workflow("id")),
            parameters: parameters, answer: .ok(Documents.version), handler: show),
        APIRoute(
            name: "compareVersions", method: .get, path: "/workflows/{id}/versions/{v}/diff", tag: "Workflows",
            summary: "What the deployment of a version in place of another one changes.",
            access: .role(.viewer, .workflows, on: .workflow("id")), parameters: parameters,
            query: [QueryParameter("from", number, "The other version; the one before when it is left out.")],
            answer: .ok(Documents.versionDifference), problems: [422: "One of them cannot be read."],
            handler: compare),
    ]

    /// A version of the workflow that a route is about.
    ///
    /// - Throws: ``HTTPError`` 404 when there is none.
    static func find(
        _ number: Int, _ call: APICall, _ connection: any SQLConnection
    ) throws -> WorkflowVersion {
        let version = try WorkflowVersionTable.find(number, of: try WorkflowRoutes.id(call), connection)
        guard let version else { throw PlatformError.notFound }
        return version
    }

    private static func wanted(_ call: APICall) throws -> Int {
        guard let wanted = Int(try call.parameter("v", number)) else { throw PlatformError.notFound }
        return wanted
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let page = try call.page
        let (found, names) = try await call.services.database.read { connection in
            let workflow = try WorkflowRoutes.find(call, connection)
            let found = try WorkflowVersionTable.list(of: workflow.id, latest: workflow.version, page, connection)
            return (found, try UserTable.names(of: Set(found.items.map(\.createdBy)), connection))
        }
        return .page(found, limit: page.limit) { Documents.summary($0, by: names[$0.createdBy]) }
    }

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let wanted = try wanted(call)
        let version = try await call.services.database.read { try find(wanted, call, $0) }
        return .data(.object(Documents.make(version)))
    }

    @Sendable private static func compare(_ call: APICall) async throws -> APIAnswer {
        let wanted = try wanted(call)
        let other = call.query["from"].flatMap { Int($0) } ?? max(1, wanted - 1)
        let (old, new) = try await call.services.database.read { connection in
            (try find(other, call, connection), try find(wanted, call, connection))
        }
        let registry = call.services.workflows.engines.registry
        let plan = try ConfigurationCheck.difference(old, new, registry: registry)
        return .data([
            "from": .integer(Int64(old.number)), "to": .integer(Int64(new.number)), "plan": plan.json,
        ])
    }
}
