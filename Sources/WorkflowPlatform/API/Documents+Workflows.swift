import WorkflowCore

extension Documents {
    /// What a configuration may have at most, in characters.
    static let longestConfiguration = 500_000

    private static let workflowMembers: [Schema.Member] = [
        .required("id", .id), .required("company_id", .id), .required("organization_id", .id),
        .required("project_id", .id), .required("name", .name), .required("slug", .text(1...63, .slug)),
        .required("description", .text(0...2000)),
        .required("labels", Label.schema),
        .required("version", .integer(0...Int.max), "The newest version of the configuration; 0 while there is none."),
        .required(
            "status", .oneOf(Workflow.Status.allCases.map(\.rawValue)),
            "What is wanted of it, in `prod` unless another environment was asked about; `/status` says what is."),
        .required("deployed_version", .nullable(.integer(1...Int.max)), "The version that is to run there."),
        .required("created_by", .id), .required("updated_by", .id),
        .required("revision", .integer(1...Int.max)), .required("created_at", .time), .required("updated_at", .time),
    ]

    /// A workflow as lists show it.
    static let workflowSummary = Schema.named("WorkflowSummary", .object(workflowMembers))

    /// A workflow with its configuration.
    static let workflow = Schema.named(
        "Workflow",
        .object(
            workflowMembers + [
                .required(
                    "config_yaml", .text(0...longestConfiguration),
                    "The newest version of the configuration; secrets are named in it and never shown.")
            ]))

    static func make(_ workflow: Workflow) -> JSONObject {
        [
            "id": .string(workflow.id.text), "company_id": .string(workflow.company.text),
            "organization_id": .string(workflow.organization.text), "project_id": .string(workflow.project.text),
            "name": .string(workflow.name), "slug": .string(workflow.slug),
            "description": .string(workflow.description), "labels": .object(Label.object(workflow.labels)),
            "version": .integer(Int64(workflow.version)),
            "status": .string(workflow.status.rawValue),
            "deployed_version": workflow.deployedVersion.map { .integer(Int64($0)) } ?? .null,
            "created_by": .string(workflow.createdBy.text), "updated_by": .string(workflow.updatedBy.text),
            "revision": .integer(workflow.revision), "created_at": .string(workflow.createdAt.description),
            "updated_at": .string(workflow.updatedAt.description),
        ]
    }

    static func make(_ workflow: Workflow, configuration: String) -> JSONObject {
        make(workflow).merging(["config_yaml": .string(configuration)])
    }

    private static let versionMembers: [Schema.Member] = [
        .required("workflow_id", .id), .required("version", .integer(1...Int.max)), .required("updated_by", .id),
        .required("created_at", .time),
    ]

    /// A version as lists show it.
    static let versionSummary = Schema.named(
        "WorkflowVersionSummary",
        .object(
            versionMembers + [
                .required(
                    "updated_by_name", .nullable(.text(0...200)),
                    "What whoever saved it is called now; null when the account is gone.")
            ]))

    /// A version with its configuration.
    static let version = Schema.named(
        "WorkflowVersion",
        .object(versionMembers + [.required("config_yaml", .text(0...longestConfiguration))]))

    /// A version as lists show it.
    ///
    /// - Parameter name: What whoever saved it is called now.
    static func summary(_ version: WorkflowVersion, by name: String?) -> JSONObject {
        members(version).merging(["updated_by_name": name.map { .string($0) } ?? .null])
    }

    private static func members(_ version: WorkflowVersion) -> JSONObject {
        [
            "workflow_id": .string(version.workflow.text), "version": .integer(Int64(version.number)),
            "updated_by": .string(version.createdBy.text), "created_at": .string(version.createdAt.description),
        ]
    }

    static func make(_ version: WorkflowVersion) -> JSONObject {
        members(version).merging(["config_yaml": .string(version.configuration)])
    }

    /// What is different between two versions.
    static let versionDifference = Schema.named(
        "WorkflowVersionDifference",
        .object([
            .required("from", .integer(1...Int.max)), .required("to", .integer(1...Int.max)),
            .required(
                "plan", .freeObject(maximumBytes: 4 << 20),
                "What a deployment of the one in place of the other changes: parts, routes, schedules, state machines."),
        ]))

    /// That a version ran.
    static let deployment = Schema.named(
        "Deployment",
        .object([
            .required("workflow_id", .id), .required("environment", EnvironmentParameter.schema),
            .required("number", .integer(1...Int.max)),
            .required("version", .integer(1...Int.max)), .required("deployed_by", .id), .required("created_at", .time),
            .required("ended_at", .nullable(.time), "Null for the one that is to run."),
        ]))

    static func make(_ record: DeploymentRecord) -> JSONObject {
        [
            "workflow_id": .string(record.key.workflow.text), "environment": .string(record.key.environment.text),
            "number": .integer(Int64(record.number)),
            "version": .integer(Int64(record.version)), "deployed_by": .string(record.deployedBy.text),
            "created_at": .string(record.createdAt.description), "ended_at": time(record.endedAt),
        ]
    }

    /// A secret without its value.
    static let secret = Schema.named(
        "WorkflowSecret",
        .object([
            .required("name", .text(1...128, .variable)),
            .required("revision", .integer(1...Int.max), "How often it was set."), .required("updated_by", .id),
            .required("created_at", .time), .required("updated_at", .time),
        ]))

    static func make(_ secret: WorkflowSecret) -> JSONObject {
        [
            "name": .string(secret.name), "revision": .integer(secret.revision),
            "updated_by": .string(secret.updatedBy.text), "created_at": .string(secret.createdAt.description),
            "updated_at": .string(secret.updatedAt.description),
        ]
    }
}
