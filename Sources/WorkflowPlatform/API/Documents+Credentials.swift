import WorkflowCore

extension Documents {
    static let tokens = Schema.named(
        "Tokens",
        .object([
            .required("access_token", .text(1...2048)), .required("refresh_token", .text(1...200)),
            .required("token_type", .oneOf(["Bearer"])),
            .required("expires_in", .integer(1...Int.max), "How long the access token works, in seconds."),
        ]))

    static let session = Schema.named(
        "Session",
        .object([
            .required("id", .id), .required("ip_address", .text(0...100)), .required("user_agent", .text(0...256)),
            .required("current", .boolean, "Whether it is the one that asks."), .required("created_at", .time),
            .required("last_used_at", .time), .required("expires_at", .time),
            .required("provider", .nullable(.text(1...63)), "The provider that vouches for it; null for a password."),
            .required("company_id", .nullable(.id), "The only company that it works for; null for all."),
        ]))

    static func make(_ session: Session, current: ID<Session>?) -> JSONObject {
        [
            "id": .string(session.id.text), "ip_address": .string(session.address),
            "user_agent": .string(session.userAgent), "current": .bool(session.id == current),
            "created_at": .string(session.createdAt.description),
            "last_used_at": .string(session.lastUsedAt.description),
            "expires_at": .string(session.expiresAt.description),
            "provider": session.origin.map { .string($0.provider) } ?? .null,
            "company_id": session.origin?.company.map { .string($0.text) } ?? .null,
        ]
    }

    private static let keyMembers: [Schema.Member] = [
        .required("id", .id), .required("company_id", .id), .required("user_id", .id), .required("name", .name),
        .required("prefix", .text(1...20)), .required("scopes", .array(.oneOf(Scopes.all), maximum: 100)),
        .required("created_by", .id), .required("created_at", .time), .required("expires_at", .nullable(.time)),
        .required("last_used_at", .nullable(.time)),
    ]

    static let apiKey = Schema.named("APIKey", .object(keyMembers))
    static let newAPIKey = Schema.named(
        "NewAPIKey", .object(keyMembers + [.required("key", .text(1...200), "The key; it is not shown again.")]))

    static func make(_ key: APIKey) -> JSONObject {
        [
            "id": .string(key.id.text), "company_id": .string(key.company.text), "user_id": .string(key.user.text),
            "name": .string(key.name), "prefix": .string(key.prefix),
            "scopes": .array(key.scopes.names.map { .string($0) }), "created_by": .string(key.createdBy.text),
            "created_at": .string(key.createdAt.description), "expires_at": time(key.expiresAt),
            "last_used_at": time(key.lastUsedAt),
        ]
    }

    static let serviceAccount = Schema.named(
        "ServiceAccount",
        .object([
            .required("id", .id), .required("company_id", .id), .required("name", .name),
            .required("active", .boolean), .required("created_at", .time),
        ]))

    static func makeServiceAccount(_ user: User) -> JSONObject {
        [
            "id": .string(user.id.text), "company_id": .string(user.company?.text ?? ""),
            "name": .string(user.displayName), "active": .bool(user.isActive),
            "created_at": .string(user.createdAt.description),
        ]
    }

    static let auditEntry = Schema.named(
        "AuditEntry",
        .object([
            .required("id", .id), .required("sequence", .integer(1...Int.max)), .required("created_at", .time),
            .required("user_id", .nullable(.id)), .required("actor", .metadata), .required("action", .text(1...100)),
            .required(
                "user_name", .nullable(.text(0...200)),
                "What the user is called now; not part of the log, and null when the account is gone."),
            .required("resource_type", .text(1...100)), .required("resource_id", .text(0...100)),
            .required("details", .metadata), .required("ip_address", .text(0...100)),
            .required("user_agent", .text(0...256)), .required("request_id", .text(0...200)),
            .required("previous_hash", .text(0...64)), .required("hash", .text(64...64)),
        ]))

    static let auditReport = Schema.named(
        "AuditReport",
        .object([
            .required("valid", .boolean), .required("entries", .integer(0...Int.max)),
            .required("head", .text(0...64), "The hash of the last entry; kept elsewhere, it proves the log later."),
            .required("first_invalid", .nullable(.integer(1...Int.max))),
            .required("reason", .nullable(.text(1...200))),
        ]))
}
