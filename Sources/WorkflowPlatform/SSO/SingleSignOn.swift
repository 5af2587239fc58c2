import Logging
import WorkflowCore
import WorkflowModules
import WorkflowStore

/// What sign-ins at providers share.
final class SingleSignOn: Sendable {
    let configuration: SignOnConfiguration
    let requests: ProviderRequests
    let directory: ProviderDirectory
    let throttle: RegistrationThrottle
    private let providers: [String: SignOnProvider]

    init(_ configuration: PlatformConfiguration, environment: EngineEnvironment) {
        self.configuration = configuration.signOn
        requests = ProviderRequests(environment, configuration)
        directory = ProviderDirectory(requests: requests, clock: environment.clock)
        throttle = RegistrationThrottle(perMinute: configuration.signOn.attemptsPerMinute)
        providers = Dictionary(
            configuration.signOn.providers.map { provider in
                (
                    provider.name,
                    SignOnProvider(
                        key: provider.name, company: nil, kind: provider.kind, issuer: provider.issuer,
                        clientID: provider.clientID, clientSecret: provider.clientSecret, scopes: provider.scopes)
                )
            }, uniquingKeysWith: { _, last in last })
    }

    /// Finds a provider: one of the platform by its name, one of a company by its identifier.
    ///
    /// - Throws: ``HTTPError`` 404 when there is none, or it is not enabled; 503 when its secret cannot be decrypted.
    func provider(_ key: String, _ call: APICall) async throws -> SignOnProvider {
        if let provider = providers[key] { return provider }
        guard let id = ID<IdentityProvider>(key) else { throw PlatformError.notFound }
        return try await call.services.database.read { connection in
            guard let (provider, sealed) = try IdentityProviderTable.find(id, connection), provider.isEnabled else {
                throw PlatformError.notFound
            }
            let secret = try call.services.workflows.vault.open(
                sealed, for: SignOnSecrets.owner(of: provider), of: provider.company, connection)
            return SignOnProvider(
                key: provider.id.text, company: provider.company, kind: provider.kind, issuer: provider.issuer,
                clientID: provider.clientID, clientSecret: secret, scopes: provider.scopes)
        }
    }

    /// What vouches for people at a provider.
    func service(_ provider: SignOnProvider) -> any SignOnService {
        switch provider.kind {
        case .gitHub: GitHubSignOn(provider: provider, requests: requests)
        case .google, .openIDConnect:
            OpenIDSignOn(provider: provider, requests: requests, directory: directory)
        }
    }

    /// Counts a step of a sign-in.
    ///
    /// - Throws: ``HTTPError`` 429.
    func count(_ call: APICall) throws {
        guard let wait = throttle.begin(address: call.request.remoteAddress, now: call.now) else { return }
        throw PlatformError.tooMany("There were too many sign-ins from this address.", wait: wait)
    }

    /// Closes all connections.
    func shutdown() async { await requests.shutdown() }
}

/// How the secrets of providers are encrypted.
enum SignOnSecrets {
    /// For what a secret is encrypted; it cannot be read as that of another provider.
    static func owner(of provider: IdentityProvider) -> String {
        "identity-provider:\(provider.company):\(provider.id)"
    }
}

/// A sign-in that has begun: what the provider is told, and what its answer is compared with.
struct SignOnRequest: Sendable {
    /// Where the provider sends the browser back to.
    let callback: String
    let state: String
    /// What an ID token must hold.
    let nonce: String
    /// What only the platform knows, whose digest the provider is told.
    let verifier: String
}

/// Speaks to a provider.
protocol SignOnService: Sendable {
    /// Where the browser is sent to.
    ///
    /// - Throws: ``SignOnFailure``.
    func address(_ request: SignOnRequest) async throws -> String

    /// Who somebody is that has come back with a code.
    ///
    /// - Throws: ``SignOnFailure``.
    func identity(code: String, _ request: SignOnRequest, now: Timestamp) async throws -> ProvenIdentity
}
