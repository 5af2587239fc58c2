import HTTPTypes
import WorkflowCore
import WorkflowStore

/// The audit log of a company.
enum AuditRoutes {
    private static let filters = [
        QueryParameter("action", .text(1...100), "Only entries of this action, such as `project.update`."),
        QueryParameter("resource_type", .text(1...100), "Only entries about this kind of thing."),
        QueryParameter("resource_id", .text(1...100), "Only entries about this thing."),
        QueryParameter("user_id", .id, "Only entries of this user."),
        QueryParameter("since", .time, "Only entries from this time on."),
        QueryParameter("until", .time, "Only entries from before this time."),
    ]

    static let all: [APIRoute] = [
        APIRoute(
            name: "listAudit", method: .get, path: "/companies/{id}/audit", tag: "Audit",
            summary: "What has happened in a company, newest first.",
            access: .role(.admin, .audit, on: .company("id")), query: filters,
            answer: .page(Documents.auditEntry), handler: list),
        APIRoute(
            name: "exportAudit", method: .get, path: "/companies/{id}/audit/export", tag: "Audit",
            summary: "The whole log, oldest first: one JSON object in each line, with its company.",
            access: .role(.admin, .audit, on: .company("id")),
            answer: AnswerRule(
                status: .ok, content: .other(type: "application/x-ndjson", summary: "One entry in each line.")),
            handler: export),
        APIRoute(
            name: "verifyAudit", method: .get, path: "/companies/{id}/audit/verify", tag: "Audit",
            summary: "Checks that the log is as it was written.",
            access: .role(.admin, .audit, on: .company("id")), answer: .ok(Documents.auditReport), handler: verify),
    ]

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (company, page) = (try call.path.company, try call.page)
        let filter = AuditFilter(
            action: call.query["action"], resourceType: call.query["resource_type"],
            resource: call.query["resource_id"], user: call.query["user_id"],
            since: call.query["since"].flatMap { Timestamp(rfc3339: $0) },
            until: call.query["until"].flatMap { Timestamp(rfc3339: $0) })
        let (found, names) = try await call.services.database.read { connection in
            let found = try AuditQuery.list(of: company, filter, page, connection)
            return (found, try UserTable.names(of: Set(found.items.compactMap(\.user)), connection))
        }
        return .page(found, limit: page.limit) { entry in
            entry.json.merging(["user_name": entry.user.flatMap { names[$0] }.map { .string($0) } ?? .null])
        }
    }

    @Sendable private static func export(_ call: APICall) async throws -> APIAnswer {
        let (company, services) = (try call.path.company, call.services)
        var answer = APIAnswer(headers: [.contentType: "application/x-ndjson"])
        answer.other = .stream(length: nil) { writer in
            var last: Int64 = 0
            while true {
                let after = last
                let entries = try await services.database.read { connection in
                    try AuditQuery.entries(of: company, after: after, limit: 200, connection)
                }
                guard let end = entries.last else { return }
                last = end.sequence
                var bytes: [UInt8] = []
                for entry in entries {
                    // With the company, which is part of the hash: the file alone can be verified.
                    let line = entry.json.merging(["company_id": .string(company.text)])
                    JSONValue.object(line).write(to: &bytes)
                    bytes.append(UInt8(ascii: "\n"))
                }
                try await writer.write(bytes)
            }
        }
        return answer
    }

    @Sendable private static func verify(_ call: APICall) async throws -> APIAnswer {
        let report = try await AuditVerifier(database: call.services.database).verify(try call.path.company)
        return .data([
            "valid": .bool(report.problem == nil), "entries": .integer(report.entries),
            "head": .string(report.head), "first_invalid": report.problem.map { .integer($0.sequence) } ?? .null,
            "reason": report.problem.map { .string($0.reason) } ?? .null,
        ])
    }
}
