import HTTPTypes
import WorkflowCore
import WorkflowStore

/// A wish to have the version that runs in one environment run in another one.
struct PromotionRequest: Sendable {
    let call: APICall
    let source: DeploymentKey
    let target: DeploymentKey

    /// Asks for an approval.
    func ask() async throws -> APIAnswer {
        let promotion = try await call.services.database.write { connection in
            try call.services.audit.lock(try call.path.company, connection)
            _ = try WorkflowRoutes.find(call, connection)
            try PromotionTable.replacePending(target, now: call.now, connection)
            let promotion = try make(.pending, version: try version(connection), connection)
            try PromotionTable.insert(promotion, connection)
            try DeploymentOperation.record(
                "workflow.promotion-request", promotion.details, target, call, connection)
            return promotion
        }
        var answer = APIAnswer.data(.object(Documents.make(promotion, now: call.now)))
        answer.status = .accepted
        return answer
    }

    /// Does it without an approval.
    func carryOut() async throws -> APIAnswer {
        let id: ID<Promotion> = call.services.newID()
        var operation = DeploymentOperation(call: call, key: target, action: "workflow.promote") {
            situation, connection in
            // It may have become necessary meanwhile.
            guard !situation.environment.needsApproval else {
                throw PlatformError.conflict("approval-required", "\(target.environment) needs an approval now.")
            }
            return try version(connection)
        }
        operation.role = .editor
        operation.details = ["promotion_id": .string(id.text), "from": .string(source.environment.text)]
        operation.promotion = { version, connection in
            .made(try make(.done, id, version: version, connection))
        }
        _ = try await operation.run()
        let saved = try await call.services.database.read { connection in
            try PromotionTable.find(id, of: target.workflow, connection)
        }
        guard let saved else { throw PlatformError.notFound }
        return .data(.object(Documents.make(saved, now: call.now)))
    }

    /// The version that runs where it comes from.
    private func version(_ connection: any SQLConnection) throws -> Int {
        guard let version = try WorkflowEnvironmentTable.find(source, connection).deployedVersion else {
            throw PlatformError.conflict("not-deployed", "The workflow is not deployed in \(source.environment).")
        }
        return version
    }

    private func make(
        _ status: Promotion.Status, _ id: ID<Promotion>? = nil, version: Int, _ connection: any SQLConnection
    ) throws -> Promotion {
        let caller = try call.caller
        var keyMadeBy: ID<User>?
        if case .key(let key, let company, _) = caller.credential {
            keyMadeBy = try APIKeyTable.find(key, in: company, connection)?.createdBy
        }
        var promotion = Promotion(
            id: id ?? call.services.newID(), workflow: target.workflow, source: source.environment,
            target: target.environment, version: version, storedStatus: status, comment: call.text("comment") ?? "",
            requestedBy: caller.user, keyMadeBy: keyMadeBy, createdAt: call.now,
            expiresAt: call.now.advanced(by: call.services.configuration.promotionLifetime))
        if status == .done { (promotion.decidedBy, promotion.decidedAt) = (caller.user, call.now) }
        return promotion
    }
}
