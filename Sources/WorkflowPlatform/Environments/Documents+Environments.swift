import WorkflowCore

extension Documents {
    /// The environments of a company.
    static let environments = Schema.named(
        "Environments",
        .object([
            .required(
                "environments",
                .array(
                    .object([
                        .required("name", EnvironmentParameter.schema),
                        .required("requires_approval", .boolean, "Whether versions get there by approval only."),
                    ]), maximum: CompanyEnvironments.most)),
            .required("revision", .integer(0...Int.max)),
        ]))

    static func make(_ environments: CompanyEnvironments) -> JSONObject {
        ["environments": environments.json, "revision": .integer(environments.revision)]
    }

    /// A workflow in an environment.
    static let workflowEnvironment = Schema.named(
        "WorkflowEnvironment",
        .object([
            .required("environment", EnvironmentParameter.schema), .required("requires_approval", .boolean),
            .required("status", .oneOf(Workflow.Status.allCases.map(\.rawValue)), "What is wanted there."),
            .required("deployed_version", .nullable(.integer(1...Int.max)), "The version that is to run there."),
            .required("path", .text(1...200), "What the paths of its requests begin with."),
        ]))

    static func make(_ environment: CompanyEnvironment, _ state: WorkflowEnvironment) -> JSONObject {
        [
            "environment": .string(environment.name.text), "requires_approval": .bool(environment.needsApproval),
            "status": .string(state.status.rawValue),
            "deployed_version": state.deployedVersion.map { .integer(Int64($0)) } ?? .null,
            "path": .string(Deployments.path(of: state.key)),
        ]
    }

    /// A promotion.
    static let promotion = Schema.named(
        "Promotion",
        .object([
            .required("id", .id), .required("workflow_id", .id), .required("from", EnvironmentParameter.schema),
            .required("to", EnvironmentParameter.schema), .required("version", .integer(1...Int.max)),
            .required("status", .oneOf(Promotion.Status.allCases.map(\.rawValue))),
            .required("comment", .text(0...2000)), .required("requested_by", .id), .required("created_at", .time),
            .required("expires_at", .time, "Until when it can be decided about."),
            .required("decided_by", .nullable(.id)), .required("decided_at", .nullable(.time)),
            .required("decision_comment", .text(0...2000)),
        ]))

    static func make(_ promotion: Promotion, now: Timestamp) -> JSONObject {
        [
            "id": .string(promotion.id.text), "workflow_id": .string(promotion.workflow.text),
            "from": .string(promotion.source.text), "to": .string(promotion.target.text),
            "version": .integer(Int64(promotion.version)),
            "status": .string(promotion.status(at: now).rawValue), "comment": .string(promotion.comment),
            "requested_by": .string(promotion.requestedBy.text),
            "created_at": .string(promotion.createdAt.description),
            "expires_at": .string(promotion.expiresAt.description),
            "decided_by": promotion.decidedBy.map { .string($0.text) } ?? .null,
            "decided_at": time(promotion.decidedAt), "decision_comment": .string(promotion.decisionComment),
        ]
    }
}
