import WorkflowCore

extension Documents {
    static let iamProviderTypes = IAMProvider.Kind.allCases.map(\.rawValue)

    static let iamProvider = Schema.named(
        "IAMProvider",
        .object([
            .required("id", .id), .required("company_id", .id), .required("provider_type", .oneOf(iamProviderTypes)),
            .required("name", .name), .required("config", .freeObject(maximumBytes: 65_536), "Without its secret."),
            .required("has_secret", .boolean), .required("enabled", .boolean),
            .required("token_url", .text(1...2000), "Where programs get tokens."), .required("created_by", .id),
            .required("revision", .integer(1...Int.max)), .required("created_at", .time),
            .required("updated_at", .time),
        ]))

    static func make(_ provider: IAMProvider, _ services: PlatformServices) -> JSONObject {
        [
            "id": .string(provider.id.text), "company_id": .string(provider.company.text),
            "provider_type": .string(provider.kind.rawValue), "name": .string(provider.name),
            "config": .object(provider.settings.json), "has_secret": .bool(provider.kind == .kubernetes),
            "enabled": .bool(provider.isEnabled),
            "token_url": .string(services.identityManagement.place(of: provider.id)),
            "created_by": .string(provider.createdBy.text), "revision": .integer(provider.revision),
            "created_at": .string(provider.createdAt.description),
            "updated_at": .string(provider.updatedAt.description),
        ]
    }

    static let iamMapping = Schema.named(
        "IAMMapping",
        .object([
            .required("id", .id), .required("provider_id", .id), .required("external_identifier", .text(1...500)),
            .required("resource_type", .oneOf(ResourceLevel.allCases.map(\.rawValue))),
            .required("resource_id", .id), .required("role", .role), .required("created_by", .id),
            .required("created_at", .time),
        ]))

    static func make(_ mapping: IAMMapping) -> JSONObject {
        [
            "id": .string(mapping.id.text), "provider_id": .string(mapping.provider.text),
            "external_identifier": .string(mapping.identity), "resource_type": .string(mapping.level.rawValue),
            "resource_id": .string(mapping.resource), "role": .string(mapping.role.rawValue),
            "created_by": .string(mapping.createdBy.text), "created_at": .string(mapping.createdAt.description),
        ]
    }

    static let iamToken = Schema.named(
        "ProgramToken",
        .object([
            .required("access_token", .text(1...200)), .required("token_type", .oneOf(["Bearer"])),
            .required("expires_in", .integer(1...Int.max), "How long the token works, in seconds."),
            .required("identity", .text(1...500), "Who the provider says it is."),
        ]))
}
