import WorkflowCore

extension Documents {
    /// The types of providers that are declared, supported or not.
    static let providerTypes = ProviderKind.allCases.map(\.rawValue) + ["saml"]
    private static let kind = Schema.oneOf(ProviderKind.allCases.map(\.rawValue))

    static let platformProvider = Schema.named(
        "SignOnProvider",
        .object([
            .required("name", .text(1...63, .slug)), .required("type", kind),
            .required("sign_on_url", .text(1...2000, .uri), "Where a browser begins."),
        ]))

    static let signOnCode = Schema.named(
        "SignOnCode",
        .object([
            .required("sign_on_code", .text(1...200), "Is exchanged for tokens, once."),
            .required("expires_in", .integer(1...86_400), "In how many seconds it ends."),
        ]))

    static let companyProvider = Schema.named(
        "CompanySignOnProvider",
        .object([
            .required("id", .id), .required("company_id", .id), .required("name", .name), .required("type", kind),
            .required("issuer", .text(1...1000, .uri)), .required("client_id", .text(1...255)),
            .required("scopes", .array(.text(1...100), maximum: 20)), .required("enabled", .boolean),
            .required("enforced", .boolean),
            .required("sign_on_url", .text(1...2000, .uri), "Where a browser of a member begins."),
            .required("callback_url", .text(1...2000, .uri), "What the provider has to know as redirect URI."),
            .required("revision", .integer(1...Int.max)), .required("created_at", .time),
            .required("updated_at", .time),
        ]))

    static func make(_ provider: IdentityProvider, _ configuration: PlatformConfiguration) -> JSONObject {
        [
            "id": .string(provider.id.text), "company_id": .string(provider.company.text),
            "name": .string(provider.name), "type": .string(provider.kind.rawValue),
            "issuer": .string(provider.issuer), "client_id": .string(provider.clientID),
            "scopes": .array(provider.scopes.map { .string($0) }), "enabled": .bool(provider.isEnabled),
            "enforced": .bool(provider.isEnforced),
            "sign_on_url": .string(SignOnRoutes.address(provider.id.text, configuration)),
            "callback_url": .string(SignOnRoutes.callback(provider.id.text, configuration)),
            "revision": .integer(provider.revision), "created_at": .string(provider.createdAt.description),
            "updated_at": .string(provider.updatedAt.description),
        ]
    }

    static let identity = Schema.named(
        "Identity",
        .object([
            .required("id", .id), .required("provider", .text(1...63), "The name or identifier of the provider."),
            .required("company_id", .nullable(.id), "The company whose provider it is; null for the platform's."),
            .required("issuer", .text(1...1000, .uri)), .required("subject", .text(1...255)),
            .required("email", .email), .required("created_at", .time), .required("last_used_at", .time),
        ]))

    static func make(_ identity: Identity) -> JSONObject {
        [
            "id": .string(identity.id.text), "provider": .string(identity.provider),
            "company_id": identity.company.map { .string($0.text) } ?? .null, "issuer": .string(identity.issuer),
            "subject": .string(identity.subject), "email": .string(identity.email),
            "created_at": .string(identity.createdAt.description),
            "last_used_at": .string(identity.lastUsedAt.description),
        ]
    }
}
