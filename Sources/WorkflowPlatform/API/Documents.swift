import WorkflowCore

/// How things look to clients, each with its schema beside it.
enum Documents {
    static let company = Schema.named(
        "Company",
        .object([
            .required("id", .id), .required("name", .name), .required("slug", .text(1...63, .slug)),
            .required("owner_id", .id, "Who created it."), .required("metadata", .metadata),
            .required("revision", .integer(1...Int.max)), .required("created_at", .time),
            .required("updated_at", .time),
        ]))

    static func make(_ company: Company) -> JSONObject {
        [
            "id": .string(company.id.text), "name": .string(company.name), "slug": .string(company.slug),
            "owner_id": .string(company.createdBy.text), "metadata": .object(company.metadata),
            "revision": .integer(company.revision), "created_at": .string(company.createdAt.description),
            "updated_at": .string(company.updatedAt.description),
        ]
    }

    static let organization = Schema.named(
        "Organization",
        .object([
            .required("id", .id), .required("company_id", .id), .required("name", .name),
            .required("slug", .text(1...63, .slug)), .required("metadata", .metadata),
            .required("revision", .integer(1...Int.max)), .required("created_at", .time),
            .required("updated_at", .time),
        ]))

    static func make(_ organization: Organization) -> JSONObject {
        [
            "id": .string(organization.id.text), "company_id": .string(organization.company.text),
            "name": .string(organization.name), "slug": .string(organization.slug),
            "metadata": .object(organization.metadata), "revision": .integer(organization.revision),
            "created_at": .string(organization.createdAt.description),
            "updated_at": .string(organization.updatedAt.description),
        ]
    }

    static let project = Schema.named(
        "Project",
        .object([
            .required("id", .id), .required("company_id", .id), .required("organization_id", .id),
            .required("name", .name), .required("slug", .text(1...63, .slug)),
            .required("description", .text(0...2000)), .required("metadata", .metadata),
            .required("revision", .integer(1...Int.max)), .required("created_at", .time),
            .required("updated_at", .time),
        ]))

    static func make(_ project: Project) -> JSONObject {
        [
            "id": .string(project.id.text), "company_id": .string(project.company.text),
            "organization_id": .string(project.organization.text), "name": .string(project.name),
            "slug": .string(project.slug), "description": .string(project.description),
            "metadata": .object(project.metadata), "revision": .integer(project.revision),
            "created_at": .string(project.createdAt.description),
            "updated_at": .string(project.updatedAt.description),
        ]
    }

    static let user = Schema.named(
        "User",
        .object([
            .required("id", .id), .required("email", .text(0...254)), .required("email_verified", .boolean),
            .required("display_name", .text(0...200)), .required("avatar_url", .text(0...2000)),
            .required("active", .boolean), .required("second_factor", .boolean),
            .required("revision", .integer(1...Int.max)), .required("created_at", .time),
            .required("updated_at", .time), .required("last_login_at", .nullable(.time)),
        ]))

    static func make(_ user: User) -> JSONObject {
        [
            "id": .string(user.id.text), "email": .string(user.email), "email_verified": .bool(user.isEmailVerified),
            "display_name": .string(user.displayName), "avatar_url": .string(user.avatarURL),
            "active": .bool(user.isActive), "second_factor": .bool(user.hasSecondFactor),
            "revision": .integer(user.revision), "created_at": .string(user.createdAt.description),
            "updated_at": .string(user.updatedAt.description), "last_login_at": time(user.lastLoginAt),
        ]
    }

    static func time(_ time: Timestamp?) -> JSONValue { time.map { .string($0.description) } ?? .null }
}
