import WorkflowCore

/// What a provider publishes about itself (OpenID Connect Discovery 1.0, section 3).
struct ProviderMetadata: Sendable {
    let authorizationEndpoint: String
    let tokenEndpoint: String
    let userInfoEndpoint: String?
    let keysAddress: String
    /// Whether the platform proves who it is in the form rather than in a header.
    let takesSecretInForm: Bool

    /// Where a provider publishes it.
    static func address(of issuer: String) -> String {
        "\(issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer)/.well-known/openid-configuration"
    }

    /// Reads what a provider says.
    ///
    /// - Throws: ``SignOnFailure`` when it is about another issuer, or has addresses that cannot be used.
    init(_ document: JSONValue, issuer: String) throws {
        guard document["issuer"]?.stringValue == issuer else {
            throw SignOnFailure(.invalid, "The provider says that it is another issuer than the one that was asked.")
        }
        authorizationEndpoint = try Self.address(document, "authorization_endpoint")
        tokenEndpoint = try Self.address(document, "token_endpoint")
        keysAddress = try Self.address(document, "jwks_uri")
        userInfoEndpoint =
            document["userinfo_endpoint"] == nil ? nil : try Self.address(document, "userinfo_endpoint")
        // Without the member the header is what is taken (section 3).
        let methods = document["token_endpoint_auth_methods_supported"]?.arrayValue
        takesSecretInForm = methods.map { !$0.contains("client_secret_basic") } ?? false
    }

    private static func address(_ document: JSONValue, _ member: String) throws -> String {
        let text = document[member]?.stringValue ?? ""
        // An address may have a query, which must be kept (RFC 6749, section 3.1).
        let base = String(text.prefix { $0 != "?" })
        guard ProviderAddress.problem(base) == nil, text.utf8.count <= 2000,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("#")
        else {
            throw SignOnFailure(.invalid, "The provider publishes no \(member) that can be used.")
        }
        return text
    }
}
