import Crypto
import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Workflows of projects.
enum WorkflowRoutes {
    private static let configuration = Schema.Member.optional(
        "config_yaml", .text(1...Documents.longestConfiguration),
        "The configuration, checked as its deployment would; another one than before makes a new version.")
    private static let problems = [
        402: "The company has as many workflows as it may have.", 409: "The short name is taken.",
        422: "The configuration is not valid.",
    ]

    static let all: [APIRoute] = [
        APIRoute(
            name: "createWorkflow", method: .post, path: "/projects/{id}/workflows", tag: "Workflows",
            summary: "Makes a workflow in a project.", access: .role(.editor, .workflows, on: .project("id")),
            body: .object([
                .required("name", .name),
                .optional(
                    "slug", .text(1...63, .slug),
                    "The name for addresses, which never changes; made of the name when it is left out."),
                .optional("description", .text(0...2000)), Label.member, configuration,
            ]),
            answer: .created(Documents.workflow), problems: problems, handler: create),
        APIRoute(
            name: "listProjectWorkflows", method: .get, path: "/projects/{id}/workflows", tag: "Workflows",
            summary: "The workflows of a project.", access: .role(.viewer, .workflows, on: .project("id")),
            query: [Label.filter], answer: .page(Documents.workflowSummary), handler: listOfProject),
        APIRoute(
            name: "listWorkflows", method: .get, path: "/workflows", tag: "Workflows",
            summary: "All workflows that whoever calls may see.", access: .signedIn(byPerson: false),
            query: NameFilter.parameters(.workflow) + [Label.filter], answer: .page(Documents.workflowSummary),
            problems: [403: "The API key has no scope for workflows."], handler: listAll),
        APIRoute(
            name: "showWorkflow", method: .get, path: "/workflows/{id}", tag: "Workflows",
            summary: "A workflow with its configuration.", access: .role(.viewer, .workflows, on: .workflow("id")),
            answer: .ok(Documents.workflow), isVersioned: true, handler: show),
        APIRoute(
            name: "updateWorkflow", method: .put, path: "/workflows/{id}", tag: "Workflows",
            summary: "Changes a workflow; what is left out stays. What runs goes on until a version is deployed.",
            access: .role(.editor, .workflows, on: .workflow("id")),
            body: .object([
                .optional("name", .name), .optional("description", .text(0...2000)), Label.member, configuration,
            ]),
            answer: .ok(Documents.workflow), problems: [422: "The configuration is not valid."], isVersioned: true,
            handler: update),
        APIRoute(
            name: "deleteWorkflow", method: .delete, path: "/workflows/{id}", tag: "Workflows",
            summary: "Stops a workflow, and removes it with its versions, secrets and state.",
            access: .role(.owner, .workflows, on: .workflow("id")), answer: .noContent, isVersioned: true,
            handler: delete),
    ]

    /// The workflow that a route is about.
    static func id(_ call: APICall) throws -> ID<Workflow> {
        guard let id = try call.path.workflow else { throw PlatformError.defect("no workflow in the path") }
        return id
    }

    /// The workflow that a route is about, as the database has it now.
    static func find(_ call: APICall, _ connection: any SQLConnection) throws -> Workflow {
        guard let workflow = try WorkflowTable.find(try id(call), connection) else { throw PlatformError.notFound }
        return workflow
    }

    /// The newest configuration of a workflow; empty while there is none.
    static func configuration(_ workflow: Workflow, _ connection: any SQLConnection) throws -> String {
        guard workflow.version > 0 else { return "" }
        return try WorkflowVersionTable.find(workflow.version, of: workflow.id, connection)?.configuration ?? ""
    }

    @Sendable private static func create(_ call: APICall) async throws -> APIAnswer {
        let (path, name, user) = (try call.path, try call.requiredText("name"), try call.caller.user)
        guard let organization = path.organization, let project = path.project else {
            throw PlatformError.defect("no project in the path")
        }
        let text = call.text("config_yaml")
        var workflow = Workflow(
            id: call.services.newID(), company: path.company, organization: organization, project: project,
            name: name, slug: try Companies.shortName(call.text("slug"), orFrom: name),
            description: call.text("description") ?? "", labels: Label.given(call) ?? [:], version: 0, status: .draft,
            deployedVersion: nil,
            createdBy: user, updatedBy: user, revision: 1, createdAt: call.now, updatedAt: call.now)
        if let text {
            try await ConfigurationCheck.check(text, of: workflow, call)
            workflow.version = 1
        }
        try await call.services.database.write { [workflow] connection in
            try call.services.audit.lock(path.company, connection)
            guard try ProjectTable.find(project, connection) != nil else { throw PlatformError.notFound }
            try call.services.quotas.admitWorkflow(path.company, connection)
            try Companies.unlessTaken(workflow.slug) { try WorkflowTable.insert(workflow, connection) }
            if let text { try addVersion(text, to: workflow, call, connection) }
            let event = call.event("workflow.create", "workflow", workflow.id.text, record(workflow, text ?? ""))
            try call.services.audit.append(event, to: path.company, now: call.now, connection)
        }
        return .data(Documents.make(workflow, configuration: text ?? ""), revision: workflow.revision)
    }

    @Sendable private static func listOfProject(_ call: APICall) async throws -> APIAnswer {
        guard let project = try call.path.project else { throw PlatformError.defect("no project in the path") }
        let (page, labels) = (try call.page, Label.filter(call))
        let found = try await call.services.database.read {
            try WorkflowTable.list(of: project, labels: labels, page, $0)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func listAll(_ call: APICall) async throws -> APIAnswer {
        let (caller, page, labels, filter) = (try call.caller, try call.page, Label.filter(call), NameFilter(call))
        let grants = try caller.grants(in: .workflows)
        let found = try await call.services.database.read { connection in
            try WorkflowTable.list(reachedBy: grants, filter, labels: labels, page, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        let (workflow, text) = try await call.services.database.read { connection in
            let workflow = try find(call, connection)
            return (workflow, try configuration(workflow, connection))
        }
        return .data(Documents.make(workflow, configuration: text), revision: workflow.revision)
    }

    @Sendable private static func update(_ call: APICall) async throws -> APIAnswer {
        let user = try call.caller.user
        let (known, old) = try await call.services.database.read { connection in
            let workflow = try find(call, connection)
            try call.checkRevision(workflow.revision)
            return (workflow, try configuration(workflow, connection))
        }
        if let text = call.text("config_yaml"), text != old {
            try await ConfigurationCheck.check(text, of: known, call)
        }
        let (workflow, text) = try await call.services.database.write { connection in
            try call.services.audit.lock(known.company, connection)
            let before = try find(call, connection)
            try call.checkRevision(before.revision)
            let old = try configuration(before, connection)
            var workflow = before
            if let name = call.text("name") { workflow.name = name }
            if let description = call.text("description") { workflow.description = description }
            if let labels = Label.given(call), labels != workflow.labels {
                workflow.labels = labels
                try LabelTable.replace(with: workflow, connection)
            }
            (workflow.revision, workflow.updatedAt, workflow.updatedBy) = (before.revision + 1, call.now, user)
            let text = call.text("config_yaml") ?? old
            if text != old {
                workflow.version += 1
                try addVersion(text, to: workflow, call, connection)
            }
            guard try WorkflowTable.update(workflow, connection) else {
                throw PlatformError.preconditionFailed(EntityTag.make(before.revision))
            }
            let difference = AuditEvent.difference(record(before, old), record(workflow, text))
            let event = call.event("workflow.update", "workflow", workflow.id.text, difference)
            try call.services.audit.append(event, to: workflow.company, now: call.now, connection)
            return (workflow, text)
        }
        return .data(Documents.make(workflow, configuration: text), revision: workflow.revision)
    }

    @Sendable private static func delete(_ call: APICall) async throws -> APIAnswer {
        let (id, company) = (try id(call), try call.path.company)
        let keys = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let workflow = try find(call, connection)
            try call.checkRevision(workflow.revision)
            let text = try configuration(workflow, connection)
            let keys = try WorkflowTable.ofWorkflow(id, connection)
            try WorkflowTable.delete(id, connection)
            try RemovalTable.insert(keys, connection)
            let event = call.event("workflow.delete", "workflow", id.text, record(workflow, text))
            try call.services.audit.append(event, to: company, now: call.now, connection)
            return keys
        }
        await call.services.workflows.remove(keys)
        return .nothing
    }

    private static func addVersion(
        _ text: String, to workflow: Workflow, _ call: APICall, _ connection: any SQLConnection
    ) throws {
        let version = WorkflowVersion(
            workflow: workflow.id, number: workflow.version, configuration: text, createdBy: workflow.updatedBy,
            createdAt: call.now)
        try WorkflowVersionTable.insert(version, connection)
    }

    /// What goes on record: the digest of the configuration instead of its text, which the versions have.
    private static func record(_ workflow: Workflow, _ configuration: String) -> JSONObject {
        let digest = AuditHash.hexadecimal(SHA256.hash(data: Array(configuration.utf8)))
        return Documents.make(workflow).merging(["config_sha256": .string(digest)])
    }
}
