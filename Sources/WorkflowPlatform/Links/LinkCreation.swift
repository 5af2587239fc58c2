import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Makes a link, if that may be.
struct LinkCreation: Sendable {
    /// How many links a workflow has at most.
    static let most = 100

    private let call: APICall
    private let source: ID<Workflow>
    private let target: ID<Workflow>
    private let pattern: EventTypePattern
    private let settings: LinkSettings

    /// Reads what is wanted.
    ///
    /// - Throws: ``HTTPError`` 400 or 422.
    init(_ call: APICall) throws {
        self.call = call
        source = try WorkflowRoutes.id(call)
        target = ID(stored: try call.requiredText("target_workflow_id"))
        guard let pattern = EventTypePattern(try call.requiredText("link_type")) else {
            throw PlatformError.invalid([
                SchemaProblem(
                    pointer: "/link_type",
                    detail: "This must be up to 16 segments with dots between; `*` and `**` stand alone in theirs.")
            ])
        }
        guard let settings = LinkSettings(call.body["config"]?.objectValue ?? [:]) else {
            throw PlatformError.invalid([
                SchemaProblem(
                    pointer: "/config",
                    detail: "Give workflow and action, or topic (without wildcards) and broker, or nothing of these.")
            ])
        }
        guard source != target else {
            throw PlatformError.problem(
                .unprocessableContent, "self-link", "A workflow cannot be linked to itself; use its own messages.")
        }
        self.pattern = pattern
        self.settings = settings
    }

    /// Makes it, in the transaction of its record.
    ///
    /// - Throws: ``HTTPError`` 403, 404, 409 or 422.
    func link(_ connection: any SQLConnection) throws -> WorkflowLink {
        let (path, services) = (try call.path, call.services)
        try services.audit.lock(path.company, connection)
        _ = try WorkflowRoutes.find(call, connection)
        try authorizeTarget(path.company, connection)
        let edges = try LinkTable.edges(of: path.company, connection)
        guard edges.count(where: { $0.source == source }) < Self.most else {
            throw PlatformError.conflict("too-many-links", "A workflow has \(Self.most) links to others at most.")
        }
        if !settings.allowsCycle { try checkCycle(edges, connection) }
        let link = WorkflowLink(
            id: services.newID(), company: path.company, source: source, target: target, pattern: pattern,
            settings: settings, createdBy: try call.caller.user, createdAt: call.now)
        do {
            try LinkTable.insert(link, connection)
        } catch let error as SQLError where error.kind == .uniqueViolation {
            throw PlatformError.conflict("link-exists", "There is a link of this type between them; remove it before.")
        }
        let event = call.event("workflow-link.create", "workflow", source.text, Documents.make(link))
        try services.audit.append(event, to: path.company, now: call.now, connection)
        return link
    }

    /// The target is somebody's who lets the caller change it, and of the same company.
    private func authorizeTarget(_ company: ID<Company>, _ connection: any SQLConnection) throws {
        guard let path = try WorkflowTable.find(target, connection)?.path else { throw Self.unknownTarget }
        let decision = AccessPolicy.decide(try call.caller, Action(.editor, in: .workflows), on: path)
        if decision == .notFound { throw Self.unknownTarget }
        try PlatformError.check(decision)
        guard path.company == company else {
            throw PlatformError.problem(
                .unprocessableContent, "other-company", "Only workflows of one company can be linked.")
        }
    }

    private static let unknownTarget = PlatformError.problem(
        .notFound, "target-not-found", "There is no such workflow to link to.")

    private func checkCycle(
        _ edges: [(source: ID<Workflow>, target: ID<Workflow>)], _ connection: any SQLConnection
    ) throws {
        guard let way = LinkGraph(edges).path(from: target, to: source) else { return }
        let circle = [source] + way
        let names = try circle.map { try name(of: $0, connection) }.joined(separator: " → ")
        throw PlatformError.problem(
            .conflict, "link-cycle",
            "The link would close a circle: \(names). "
                + "Remove a link of it, or set allow_cycle and a hop_limit in config.",
            details: ["cycle": .array(circle.map { .string($0.text) })])
    }

    /// What people call a workflow, as far as the caller may look at it.
    private func name(of workflow: ID<Workflow>, _ connection: any SQLConnection) throws -> String {
        guard let found = try WorkflowTable.find(workflow, connection),
            case .allowed = AccessPolicy.decide(try call.caller, Action(.viewer, in: .workflows), on: found.path)
        else { return "a workflow that you may not see" }
        return found.name
    }
}

/// Which workflows lead to which.
struct LinkGraph {
    private let targets: [ID<Workflow>: [ID<Workflow>]]

    init(_ edges: [(source: ID<Workflow>, target: ID<Workflow>)]) {
        targets = Dictionary(grouping: edges, by: \.source).mapValues { $0.map(\.target) }
    }

    /// A shortest way between two workflows; `nil` when there is none.
    func path(from start: ID<Workflow>, to end: ID<Workflow>) -> [ID<Workflow>]? {
        var origins: [ID<Workflow>: ID<Workflow>] = [start: start]
        var open = [start]
        var index = 0
        while index < open.count {
            let current = open[index]
            index += 1
            if current == end { return way(to: end, from: start, origins) }
            for next in targets[current] ?? [] where origins[next] == nil {
                origins[next] = current
                open.append(next)
            }
        }
        return nil
    }

    private func way(
        to end: ID<Workflow>, from start: ID<Workflow>, _ origins: [ID<Workflow>: ID<Workflow>]
    ) -> [ID<Workflow>] {
        var way = [end]
        while let last = way.last, last != start, let origin = origins[last] { way.append(origin) }
        return way.reversed()
    }
}
