import HTTPTypes
import WorkflowCore
import WorkflowStore

/// What a company may have and do, and what it does. Only operators change the limits.
enum QuotaRoutes {
    static let all: [APIRoute] = [
        APIRoute(
            name: "showQuotas", method: .get, path: "/companies/{id}/quotas", tag: "Companies",
            summary: "The limits of a company, and what of them is used.",
            access: .role(.viewer, .companies, on: .company("id")),
            answer: .ok(.array(quota, maximum: Quota.allCases.count)), handler: show)
    ]

    /// A limit.
    static let quota = Schema.named(
        "Quota",
        .object([
            .required("name", .oneOf(Quota.allCases.map(\.rawValue))),
            .required("limit", .nullable(.integer(0...Int.max)), "Null when there is none."),
            .required("used", .nullable(.integer(0...Int.max)), "Null for rates."),
            .required("resets_at", .nullable(.time), "When it is counted anew; null when it is not."),
        ]))

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let (company, quotas) = (try call.path.company, call.services.quotas)
        let month = CalendarMonth(of: call.now)
        let (limits, used) = try await call.services.database.read { connection -> (QuotaLimits, [Quota: Int]) in
            (
                try quotas.limits(of: company, connection),
                [
                    .workflows: try QuotaTable.workflows(of: company, connection),
                    .deployments: try QuotaTable.deployments(of: company, connection),
                    .executions: try QuotaTable.executions(of: company, in: month, connection),
                ]
            )
        }
        let items = Quota.allCases.map { quota -> JSONValue in
            [
                "name": .string(quota.rawValue),
                "limit": quota.limit(in: limits).map { .integer(Int64($0)) } ?? .null,
                "used": used[quota].map { .integer(Int64($0)) } ?? .null,
                "resets_at": Documents.time(quota == .executions ? month.next.start : nil),
            ]
        }
        return .data(.array(items))
    }
}
