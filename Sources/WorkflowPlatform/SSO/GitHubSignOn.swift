import WorkflowCore

/// Signs people in with GitHub, which has no ID tokens: its API says who has an access token.
struct GitHubSignOn: SignOnService {
    let provider: SignOnProvider
    let requests: ProviderRequests

    /// The API of GitHub, or of a GitHub Enterprise Server.
    private var api: String {
        provider.issuer == ProviderKind.gitHub.standardIssuer ? "https://api.github.com" : "\(provider.issuer)/api/v3"
    }

    func address(_ request: SignOnRequest) async throws -> String {
        FormText.append(provider.authorization(request), to: "\(provider.issuer)/login/oauth/authorize")
    }

    func identity(code: String, _ request: SignOnRequest, now: Timestamp) async throws -> ProvenIdentity {
        let form = provider.exchange(code, request) + provider.credentials
        let answer = try await requests.post("\(provider.issuer)/login/oauth/access_token", form, provider)
        guard let token = answer["access_token"]?.stringValue, !token.isEmpty else {
            throw SignOnFailure(.invalid, "GitHub gives no access token.")
        }
        let user = try await requests.get("\(api)/user", bearer: token, provider)
        // Names of users change hands, numbers do not.
        guard case .integer(let number) = user["id"] else {
            throw SignOnFailure(.invalid, "GitHub does not say who it is.")
        }
        // The address in the profile may be hidden, and is not known to be verified.
        let emails = try await requests.get("\(api)/user/emails", bearer: token, provider).arrayValue ?? []
        let primary = emails.first { $0["primary"] == true && $0["verified"] == true }
        return ProvenIdentity(
            subject: String(number), verifiedEmail: primary?["email"]?.stringValue,
            name: user["name"]?.stringValue ?? user["login"]?.stringValue)
    }
}
