public import WorkflowCore

/// With what people sign in besides passwords.
public struct SignOnConfiguration: Sendable {
    /// The providers with which everybody may sign in.
    public var providers: [PlatformProvider] = []
    /// The addresses that browsers may be sent to behind a sign-in, each exactly as it is to be; the pages of the
    /// platform are besides.
    public var redirects: [String] = []
    /// How long a provider may take to answer a request.
    public var requestTimeout: Duration = .seconds(10)
    /// How long a sign-in at a provider may take.
    public var lifetime: Duration = .seconds(600)
    /// How long the code behind a sign-in works.
    public var codeLifetime: Duration = .seconds(120)
    /// How long a session lasts that the provider of a company has vouched for, however often it is refreshed.
    public var companySessionLifetime: Duration = .seconds(12 * 3600)
    /// How many sign-ins from one address may begin, come back or be completed in a minute.
    public var attemptsPerMinute = 120

    /// Creates a configuration without providers.
    public init() {}
}

/// What a provider speaks.
public enum ProviderKind: String, Sendable, CaseIterable {
    /// OpenID Connect, with an issuer that publishes its addresses and keys.
    case openIDConnect = "oidc"
    /// GitHub, which speaks OAuth 2.0 and has an API for the rest.
    case gitHub = "github"
    /// Google, which speaks OpenID Connect.
    case google

    /// The issuer, where there is only one, or one that is meant unless another is named.
    var standardIssuer: String? {
        switch self {
        case .openIDConnect: nil
        case .gitHub: "https://github.com"
        case .google: "https://accounts.google.com"
        }
    }

    /// What is asked for unless something else is named.
    var standardScopes: [String] {
        switch self {
        case .openIDConnect, .google: ["openid", "email", "profile"]
        case .gitHub: ["read:user", "user:email"]
        }
    }
}

/// A provider that the operator trusts for everybody.
public struct PlatformProvider: Sendable {
    /// The name in addresses, such as `google`.
    public let name: String
    /// What it speaks.
    public let kind: ProviderKind
    /// Who vouches for people, such as `https://login.example.com`.
    public let issuer: String
    /// What the platform is called there.
    public let clientID: String
    /// How the platform proves that it is.
    public let clientSecret: SecretString
    /// What is asked for.
    public let scopes: [String]

    /// Creates a provider.
    ///
    /// - Parameters:
    ///   - name: Lower-case letters, digits and hyphens.
    ///   - kind: What it speaks.
    ///   - issuer: Who vouches for people; `nil` for the usual one of the kind.
    ///   - clientID: What the platform is called there.
    ///   - clientSecret: How the platform proves that it is.
    ///   - scopes: What is asked for; `nil` for what is usual.
    /// - Throws: ``WorkflowError`` `.invalidInput`.
    public init(
        name: String, kind: ProviderKind, issuer: String? = nil, clientID: String, clientSecret: SecretString,
        scopes: [String]? = nil
    ) throws {
        guard Slug.isValid(name), name != SignOnRoutes.tokenName, ID<IdentityProvider>(name) == nil else {
            throw WorkflowError(
                .invalidInput,
                "\"\(name)\" cannot be the name of a provider: it takes lower-case letters, digits and hyphens.")
        }
        let settings = ProviderSettings(kind: kind, issuer: issuer, clientID: clientID, scopes: scopes)
        if let problem = settings.problem {
            throw WorkflowError(.invalidInput, "provider \"\(name)\": \(problem.member): \(problem.detail)")
        }
        guard !clientSecret.value.isEmpty else {
            throw WorkflowError(.invalidInput, "provider \"\(name)\": client_secret: This must not be empty.")
        }
        self.name = name
        self.kind = kind
        self.issuer = settings.issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scopes = settings.scopes
    }
}
