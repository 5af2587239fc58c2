import Crypto
import WorkflowCore
import WorkflowModules

/// Signs people in with OpenID Connect: authorization code flow with PKCE.
struct OpenIDSignOn: SignOnService {
    let provider: SignOnProvider
    let requests: ProviderRequests
    let directory: ProviderDirectory

    func address(_ request: SignOnRequest) async throws -> String {
        let metadata = try await directory.metadata(of: provider)
        let form = provider.authorization(request) + [(name: "nonce", value: request.nonce)]
        return FormText.append(form, to: metadata.authorizationEndpoint)
    }

    func identity(code: String, _ request: SignOnRequest, now: Timestamp) async throws -> ProvenIdentity {
        let metadata = try await directory.metadata(of: provider)
        let answer = try await tokens(code, request, metadata)
        guard let text = answer["id_token"]?.stringValue else { throw IDToken.failure("is missing") }
        let claims = try await claims(of: IDToken(text), request, now)
        guard let subject = claims["sub"]?.stringValue, (1...255).contains(subject.utf8.count) else {
            throw IDToken.failure("names nobody")
        }
        var person = claims
        if claims["email"]?.stringValue == nil, let address = metadata.userInfoEndpoint,
            let token = answer["access_token"]?.stringValue
        {
            person = try await requests.get(address, bearer: token, provider).objectValue ?? [:]
            guard person["sub"] == .string(subject) else {
                throw SignOnFailure(.invalid, "The provider tells of another person than its ID token.")
            }
        }
        return ProvenIdentity(
            subject: subject,
            verifiedEmail: person["email_verified"] == true ? person["email"]?.stringValue : nil,
            name: person["name"]?.stringValue)
    }

    /// Exchanges a code for tokens.
    private func tokens(
        _ code: String, _ request: SignOnRequest, _ metadata: ProviderMetadata
    ) async throws -> JSONValue {
        var form = provider.exchange(code, request)
        guard metadata.takesSecretInForm else {
            let pair = [provider.clientID, provider.clientSecret.value].map { $0.addingPercentEncoding() }
            let authorization = "Basic \(Base64.encode(pair.joined(separator: ":")))"
            return try await requests.post(metadata.tokenEndpoint, form, authorization: authorization, provider)
        }
        form += provider.credentials
        return try await requests.post(metadata.tokenEndpoint, form, provider)
    }

    /// What a token says, once it is known to be genuine.
    private func claims(of token: IDToken, _ request: SignOnRequest, _ now: Timestamp) async throws -> JSONObject {
        for isStale in [false, true] {
            let keys = try await directory.keys(of: provider, isStale: isStale)
            let named = keys.collections(token.algorithm, id: token.keyID)
            if await token.isSigned(with: named) {
                return try token.claims(for: provider, nonce: request.nonce, now: now)
            }
            // The provider may have changed its keys, unless the key that the token names is known.
            if token.keyID != nil, !named.isEmpty { break }
        }
        throw IDToken.failure("is not signed by the provider")
    }
}

extension SignOnProvider {
    /// The query with which a browser is sent to the provider (RFC 6749, section 4.1.1, and RFC 7636, section 4.3).
    func authorization(_ request: SignOnRequest) -> [(name: String, value: String)] {
        [
            ("response_type", "code"), ("client_id", clientID), ("redirect_uri", request.callback),
            ("scope", scopes.joined(separator: " ")), ("state", request.state),
            ("code_challenge", CodeChallenge.make(request.verifier)), ("code_challenge_method", "S256"),
        ]
    }

    /// The form that asks for tokens (RFC 6749, section 4.1.3, and RFC 7636, section 4.5).
    func exchange(_ code: String, _ request: SignOnRequest) -> [(name: String, value: String)] {
        [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", request.callback),
            ("code_verifier", request.verifier),
        ]
    }

    /// How the platform proves in a form who it is.
    var credentials: [(name: String, value: String)] {
        [("client_id", clientID), ("client_secret", clientSecret.value)]
    }
}

/// Proof Key for Code Exchange (RFC 7636).
enum CodeChallenge {
    /// The digest of what only one side knows.
    static func make(_ verifier: String) -> String {
        UnpaddedBase64.url.encode(Array(SHA256.hash(data: Array(verifier.utf8))))
    }
}

/// Base64 with padding (RFC 4648, section 4).
private enum Base64 {
    static func encode(_ text: String) -> String {
        let encoded = UnpaddedBase64.standard.encode(Array(text.utf8))
        return encoded + String(repeating: "=", count: (4 - encoded.utf8.count % 4) % 4)
    }
}
