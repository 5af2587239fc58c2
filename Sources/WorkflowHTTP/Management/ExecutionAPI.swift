import HTTPTypes
import WorkflowCore

/// The requests of the management API that look through the runs of integrations.
struct ExecutionAPI: Sendable {
    /// Where the records are: under `<workflow>/<identifier>`, and identifiers that are made later sort later.
    private static let namespace = "workflow.integrations"
    private static let statuses = ["running", "completed", "failed", "interrupted"]
    /// How many records one request looks at.
    private static let scanLimit = 5000
    private static let largestCount = 500
    private static let mostWorkflows = 200
    /// Comes after all keys.
    private static let end = "\u{10FFFF}"

    let application: ManagedApplication

    /// `GET /api/workflow/executions?workflow=&status=&limit=&cursor=`: the records of runs, newest first.
    func list(_ request: ServerRequest) async throws -> ServerResponse {
        let query = try QueryParameters(request, "workflow", "status", "limit", "cursor")
        let status = try query.word("status", among: Self.statuses)
        let limit = try query.count("limit", in: 1...Self.largestCount, otherwise: 50)
        let (store, now) = try listing()
        let page = try await InstanceAPI.answering {
            var page = ExecutionPage(limit: limit)
            let workflows =
                if let workflow = query["workflow"] { [workflow] } else { try await workflows(store, now) }
            for workflow in workflows {
                try await read(workflow, status, before: query["cursor"], store, now, into: &page, workflows.count)
            }
            return page
        }
        let (records, next) = page.result
        return .json([
            "executions": .array(records.map { .object(Self.overview($0)) }),
            "next": next.map { .string($0) } ?? .null,
        ])
    }

    /// `GET /api/workflow/executions/{id}`: the record of a run with its steps.
    func show(_ request: ServerRequest) async throws -> ServerResponse {
        let query = try QueryParameters(request, "workflow")
        let id = request.parameters["id"] ?? ""
        let (store, now) = try listing()
        let record = try await InstanceAPI.answering { () -> JSONValue? in
            let workflows =
                if let workflow = query["workflow"] { [workflow] } else { try await workflows(store, now) }
            for workflow in workflows {
                let key = "\(workflow)/\(id)"
                if let record = try await store.value(namespace: Self.namespace, key: key, now: now) { return record }
            }
            return nil
        }
        guard let record else { throw HTTPError(.notFound, "There is no record of an execution \"\(id)\".") }
        return .json(SecretRedactor.redact(try await current(record)))
    }

    private func listing() throws -> (store: any StateStore & StoreListing, now: Timestamp) {
        guard let generation = application.engine.runningGeneration else {
            throw HTTPError(.serviceUnavailable, "The engine is not running.")
        }
        guard let store = generation.store as? any StateStore & StoreListing else {
            throw HTTPError(.notImplemented, "The state store of this program cannot list what it keeps.")
        }
        return (store, generation.environment.clock.now)
    }

    /// The workflows that have records, found by leaping from one to the next.
    private func workflows(_ store: any StoreListing, _ now: Timestamp) async throws -> [String] {
        var workflows: [String] = []
        var bound = Self.end
        while workflows.count < Self.mostWorkflows {
            let last = try await store.latestValues(
                namespace: Self.namespace, from: "", before: bound, limit: 1, now: now)
            guard let key = last.first?.key, let slash = key.lastIndex(of: "/") else { break }
            workflows.append(String(key[..<slash]))
            bound = String(key[...slash])
        }
        return workflows
    }

    private func read(
        _ workflow: String, _ status: String?, before cursor: String?, _ store: any StoreListing, _ now: Timestamp,
        into page: inout ExecutionPage, _ workflows: Int
    ) async throws {
        let first = "\(workflow)/"
        var bound = cursor.map { first + $0 } ?? "\(workflow)0"
        var (found, looked) = (0, 0)
        while found < page.limit {
            // "0" is what comes after "/".
            let values = try await store.latestValues(
                namespace: Self.namespace, from: first, before: bound, limit: page.limit, now: now)
            for (key, record) in values {
                bound = key
                // A workflow may have the name of another one with more behind a slash.
                guard record["workflow"]?.stringValue == workflow else { continue }
                guard status == nil || record["status"]?.stringValue == status else { continue }
                page.add(record)
                found += 1
            }
            looked += values.count
            guard values.count == page.limit else { return }
            if looked >= Self.scanLimit / max(1, workflows) { break }
        }
        page.cut(after: String(bound.dropFirst(first.count)))
    }

    /// What the registry knows of a run that goes on: the steps are stored when it ends.
    private func current(_ record: JSONValue) async throws -> JSONValue {
        guard record["status"] == "running", let id = record["id"]?.stringValue,
            let workflow = record["workflow"]?.stringValue,
            let services = application.engine.runningGeneration?.services
        else { return record }
        for module in application.engine.modules where module.type == "integration.registry" {
            guard let registry = services.find((any HTTPHandler).self, named: module.name) else { continue }
            var request = ServerRequest(
                method: .get, target: "/api/integrations/\(workflow)/executions?limit=\(Self.largestCount)")
            request.parameters.append(name: "name", value: workflow)
            let response = try await registry.handle(request)
            guard response.status == .ok, case .bytes(let bytes) = response.body else { continue }
            let known = try JSONValue(parsing: bytes)["executions"]?.arrayValue
            if let current = known?.first(where: { $0["id"]?.stringValue == id }) { return current }
        }
        return record
    }

    /// A record without its steps.
    private static func overview(_ record: JSONValue) -> JSONObject {
        var document = SecretRedactor.redact(record.objectValue ?? [:])
        let steps = record["steps"]?.arrayValue?.count ?? 0
        document["steps"] = .integer(Int64(steps + (record["omittedSteps"]?.intValue ?? 0)))
        document.removeValue(forKey: "omittedSteps")
        if let start = record["startedAt"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
            let end = record["finishedAt"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        {
            document["durationMs"] = .integer(start.duration(to: end).wholeMilliseconds)
        }
        return document
    }
}
