import WorkflowCore

/// Takes ID tokens of OpenID Connect, whose signatures are checked with the keys that their issuer publishes.
struct OpenIDResolver: IAMResolver {
    let settings: IAMSettings.OpenIDConnect
    let provider: SignOnProvider
    let directory: ProviderDirectory

    init(_ settings: IAMSettings.OpenIDConnect, of provider: IAMProvider, directory: ProviderDirectory) {
        self.settings = settings
        self.directory = directory
        self.provider = SignOnProvider(
            key: provider.id.text, company: provider.company, kind: .openIDConnect, issuer: settings.issuer,
            clientID: settings.audience, clientSecret: SecretString(""), scopes: [])
    }

    func resolve(_ shown: JSONObject, now: Timestamp) async throws -> ProvenProgram {
        do {
            let token = try IDToken(try shown.shownToken)
            // Before the provider is asked for its keys.
            let claims = try token.claims(for: provider, now: now)
            guard try await isSigned(token) else { throw IDToken.failure("is not signed by the provider") }
            return try program(claims)
        } catch let failure as SignOnFailure {
            throw IAMFailure(failure)
        }
    }

    private func isSigned(_ token: IDToken) async throws -> Bool {
        for isStale in [false, true] {
            let keys = try await directory.keys(of: provider, isStale: isStale)
            let named = keys.collections(token.algorithm, id: token.keyID)
            if await token.isSigned(with: named) { return true }
            // The provider may have changed its keys, unless the key that the token names is known.
            if token.keyID != nil, !named.isEmpty { break }
        }
        return false
    }

    private func program(_ claims: JSONObject) throws -> ProvenProgram {
        let values = claims[settings.claim].map { $0.arrayValue ?? [$0] } ?? []
        let identities = values.compactMap(\.stringValue).filter { (1...500).contains($0.utf8.count) }
        guard !identities.isEmpty, identities.count <= ProvenProgram.mostIdentities else {
            throw IAMFailure(.refused, "The token tells no identity in the claim \(settings.claim), or too many.")
        }
        guard let subject = claims["sub"]?.stringValue, (1...255).contains(subject.utf8.count) else {
            throw IAMFailure(.refused, "The token tells no subject.")
        }
        return ProvenProgram(subject: subject, identities: identities)
    }

    func test() async throws -> String {
        do {
            let keys = try await directory.keys(of: provider, isStale: true)
            guard !keys.isEmpty else {
                throw IAMFailure(.misconfigured, "The issuer publishes no key for RS256 or ES256.")
            }
            return "The issuer publishes its addresses and keys."
        } catch let failure as SignOnFailure {
            throw IAMFailure(.unavailable, failure.detail)
        }
    }
}
