import WorkflowCore
import WorkflowModules
import WorkflowStore

/// What gives tokens to programs that have an identity elsewhere.
final class IdentityManagement: Sendable {
    /// How long a token works.
    static let tokenLifetime = Duration.seconds(15 * 60)

    let requests: IAMRequests
    private let configuration: PlatformConfiguration
    private let directory: ProviderDirectory
    private let attemptsOfAddress = RegistrationThrottle(perMinute: 60)
    private let attemptsAtProvider = RegistrationThrottle(perMinute: 600)

    init(_ configuration: PlatformConfiguration, directory: ProviderDirectory, environment: EngineEnvironment) {
        self.configuration = configuration
        self.directory = directory
        requests = IAMRequests(environment, allowedAddresses: configuration.providerAddresses)
    }

    /// What asks a provider.
    ///
    /// - Parameter sealed: The encrypted secret of the provider.
    /// - Throws: ``HTTPError`` 503 when the secret cannot be decrypted, ``IAMFailure`` when it is missing.
    func resolver(
        _ provider: IAMProvider, sealed: String?, _ vault: SecretVault, _ connection: any SQLConnection
    ) throws -> any IAMResolver {
        switch provider.settings {
        case .openIDConnect(let settings):
            return OpenIDResolver(settings, of: provider, directory: directory)
        case .kubernetes(let settings):
            guard let sealed else {
                throw IAMFailure(.misconfigured, "The provider has no \(IAMSettings.secretName).")
            }
            let reviewer = try vault.open(sealed, for: Self.owner(of: provider), of: provider.company, connection)
            let audience = settings.audience.isEmpty ? configuration.publicURL : settings.audience
            return KubernetesResolver(
                settings: settings, audience: audience, reviewer: reviewer, requests: requests)
        case .aws(let settings):
            return AWSResolver(
                settings: settings, place: place(of: provider.id), standIn: configuration.securityTokenService,
                requests: requests)
        }
    }

    /// Where programs show what they have.
    func place(of provider: ID<IAMProvider>) -> String {
        let base = configuration.publicURL
        return "\(base.hasSuffix("/") ? String(base.dropLast()) : base)\(APIPath.prefix)/auth/iam/\(provider)/token"
    }

    /// Counts an attempt to get a token.
    ///
    /// - Throws: ``HTTPError`` 429.
    func count(_ provider: ID<IAMProvider>, _ call: APICall) throws {
        let wait =
            attemptsOfAddress.begin(address: call.request.remoteAddress, now: call.now)
            ?? attemptsAtProvider.begin(address: provider.text, now: call.now)
        guard let wait else { return }
        throw PlatformError.tooMany("There were too many attempts to get a token.", wait: wait)
    }

    /// For what the secret of a provider is encrypted; it cannot be read as that of another.
    static func owner(of provider: IAMProvider) -> String { "iam-provider:\(provider.company):\(provider.id)" }

    /// Closes all connections.
    func shutdown() async { await requests.shutdown() }
}
