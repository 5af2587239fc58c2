import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Having the version that runs in one environment run in another one.
enum PromotionRoutes {
    private static let path = "/workflows/{id}/promotions"
    private static let comment = Schema.Member.optional("comment", .text(0...2000), "For who reads it later.")
    private static let problems = [
        402: "The company has as many deployments as it may have.",
        409: "Nothing runs there, it is decided, or instances would be in states that are gone (`stranded`).",
        422: "The configuration or the mapping is not valid.",
    ]

    static let all: [APIRoute] = [
        APIRoute(
            name: "promoteWorkflow", method: .post, path: "/workflows/{id}/promote", tag: "Environments",
            summary: "Has the version that runs in one environment run in another one, or asks for an approval (202).",
            access: .role(.editor, .workflows, on: .workflow("id")),
            body: .object(
                [.required("from", EnvironmentParameter.schema), .required("to", EnvironmentParameter.schema), comment]
                    + StrandedOptions.members),
            answer: AnswerRule.ok(Documents.promotion).or(.accepted), problems: problems, handler: promote),
        APIRoute(
            name: "listPromotions", method: .get, path: path, tag: "Environments",
            summary: "The promotions of a workflow, with those that wait for an approval.",
            access: .role(.viewer, .workflows, on: .workflow("id")), answer: .page(Documents.promotion),
            handler: list),
        APIRoute(
            name: "approvePromotion", method: .post, path: "\(path)/{promotionId}/approve", tag: "Environments",
            summary: "Approves what somebody else has asked for, and carries it out.",
            access: .role(.admin, .workflows, on: .workflow("id"), byPerson: true),
            body: .object([comment] + StrandedOptions.members), answer: .ok(Documents.promotion), problems: problems,
            handler: approve),
        APIRoute(
            name: "rejectPromotion", method: .post, path: "\(path)/{promotionId}/reject", tag: "Environments",
            summary: "Rejects what somebody else has asked for.",
            access: .role(.admin, .workflows, on: .workflow("id"), byPerson: true), body: .object([comment]),
            answer: .ok(Documents.promotion), problems: [409: "It cannot be decided about any more."],
            handler: reject),
    ]

    @Sendable private static func promote(_ call: APICall) async throws -> APIAnswer {
        let id = try WorkflowRoutes.id(call)
        let (from, to) = (try call.requiredText("from"), try call.requiredText("to"))
        let (source, target) = try await call.services.database.read { connection in
            let environments = try CompanyEnvironmentTable.find(try call.path.company, connection)
            return (try environments.require(from, at: "/from"), try environments.require(to, at: "/to"))
        }
        guard source.name != target.name else {
            let detail = "This is where the version runs already."
            throw PlatformError.invalid([SchemaProblem(pointer: "/to", detail: detail)])
        }
        let request = PromotionRequest(
            call: call, source: DeploymentKey(id, in: source.name), target: DeploymentKey(id, in: target.name))
        if target.needsApproval {
            if let member = StrandedOptions.members.first(where: { call.body[$0.name] != nil }) {
                let detail = "The approval says what becomes of instances that are there then."
                throw PlatformError.invalid([SchemaProblem(pointer: "/\(member.name)", detail: detail)])
            }
            return try await request.ask()
        }
        try call.authorize(Action(.admin, in: .workflows))
        return try await request.carryOut()
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (id, page) = (try WorkflowRoutes.id(call), try call.page)
        let found = try await call.services.database.read { try PromotionTable.list(of: id, page, $0) }
        return .page(found, limit: page.limit) { Documents.make($0, now: call.now) }
    }

    /// A promotion that whoever calls may decide about.
    private static func open(_ call: APICall, _ connection: any SQLConnection) throws -> Promotion {
        let id: ID<Promotion> = try call.id("promotionId")
        let found = try PromotionTable.find(id, of: try WorkflowRoutes.id(call), connection)
        guard let found else { throw PlatformError.notFound }
        guard found.status(at: call.now) == .pending else {
            throw PlatformError.conflict(
                "promotion-closed", "It cannot be decided about any more: it is \(found.status(at: call.now).rawValue)."
            )
        }
        guard !found.isAsked(by: try call.caller.user) else {
            throw PlatformError.forbidden("You have asked for it yourself; somebody else has to decide.")
        }
        return found
    }

    private static func answer(_ promotion: Promotion, _ call: APICall) async throws -> APIAnswer {
        let saved = try await call.services.database.read { connection in
            try PromotionTable.find(promotion.id, of: promotion.workflow, connection)
        }
        guard let saved else { throw PlatformError.notFound }
        return .data(.object(Documents.make(saved, now: call.now)))
    }

    @Sendable private static func approve(_ call: APICall) async throws -> APIAnswer {
        let promotion = try await call.services.database.read { try open(call, $0) }
        var operation = DeploymentOperation(
            call: call, key: DeploymentKey(promotion.workflow, in: promotion.target),
            action: "workflow.promotion-approve"
        ) { _, connection in
            try open(call, connection).version
        }
        operation.details = promotion.details
        operation.promotion = { _, _ in .approved(promotion.id, comment: call.text("comment") ?? "") }
        _ = try await operation.run()
        return try await answer(promotion, call)
    }

    @Sendable private static func reject(_ call: APICall) async throws -> APIAnswer {
        let promotion = try await call.services.database.write { connection in
            try call.services.audit.lock(try call.path.company, connection)
            let promotion = try open(call, connection)
            let isFirst = try PromotionTable.decide(
                promotion.id, .rejected, by: try call.caller.user, comment: call.text("comment") ?? "", now: call.now,
                connection)
            guard isFirst else { throw PromotionChange.closed }
            try DeploymentOperation.record(
                "workflow.promotion-reject", promotion.details,
                DeploymentKey(promotion.workflow, in: promotion.target), call, connection)
            return promotion
        }
        return try await answer(promotion, call)
    }
}
