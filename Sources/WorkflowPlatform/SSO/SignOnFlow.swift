import HTTPTypes
import WorkflowCore

/// A sign-in between its beginning and its end, kept in a cookie of the browser in which it began: encrypted, so that
/// nobody can read or change it, and nothing is kept here for those who never come back.
struct SignOnFlow: Sendable {
    private static let cookie = "workflow_sign_on"
    private static let owner = "sign-on"
    private static let longestCookie = 4096

    /// The provider.
    let provider: String
    let state: String
    let nonce: String
    let verifier: String
    /// Where the browser is sent to at the end; `nil` when whoever asks reads the answer.
    let redirect: String?
    /// The digest of what only the client knows that has begun it.
    let challenge: String?
    /// The token of an invitation.
    let invitation: String?
    /// When it ends.
    let end: Timestamp

    private var document: JSONObject {
        var document: JSONObject = [
            "provider": .string(provider), "state": .string(state), "nonce": .string(nonce),
            "verifier": .string(verifier), "end": .integer(end.nanoseconds),
        ]
        if let redirect { document["redirect"] = .string(redirect) }
        if let challenge { document["challenge"] = .string(challenge) }
        if let invitation { document["invitation"] = .string(invitation) }
        return document
    }

    /// The field that gives it to the browser.
    func field(_ services: PlatformServices) throws -> String {
        let bytes = JSONValue.object(document).jsonBytes()
        let value = try services.box.seal(bytes, for: Self.owner)
        let seconds = services.signOn.configuration.lifetime.wholeMilliseconds / 1000
        return Self.field(value, seconds: seconds, services)
    }

    /// The field that takes it from the browser.
    static func removal(_ services: PlatformServices) -> String { field("", seconds: 0, services) }

    // `Lax`, since the browser comes back from another site, with GET.
    private static func field(_ value: String, seconds: Int64, _ services: PlatformServices) -> String {
        let url = services.configuration.publicURL
        let path = SignOnRoutes.publicPath(url)
        let secure = url.lowercased().hasPrefix("https://") ? "; Secure" : ""
        return "\(cookie)=\(value); Path=\(path); Max-Age=\(seconds); HttpOnly; SameSite=Lax\(secure)"
    }

    /// The sign-in that a browser comes back with.
    ///
    /// - Throws: ``SignOnFailure`` when it has none, another one, or one that has ended.
    static func read(_ call: APICall, provider: String, state: String) throws -> SignOnFlow {
        guard let value = cookieValue(call.request), let flow = open(value, call.services),
            flow.provider == provider, SecretTokens.hash(flow.state) == SecretTokens.hash(state), flow.end > call.now
        else {
            throw SignOnFailure(
                .expired, "This is not the browser in which the sign-in began, or it took too long; begin again.")
        }
        return flow
    }

    /// The value of the cookie; `nil` as well when there are several, of which somebody else has set one.
    private static func cookieValue(_ request: ServerRequest) -> String? {
        let values = request.headers[values: .cookie].flatMap { $0.split(separator: ";") }.compactMap { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = halves[0].filter { $0 != " " }
            return halves.count == 2 && name == cookie ? String(halves[1].filter { $0 != " " }) : nil
        }
        guard values.count == 1, values[0].utf8.count <= longestCookie else { return nil }
        return values[0]
    }

    private static func open(_ value: String, _ services: PlatformServices) -> SignOnFlow? {
        do {
            let document = try JSONValue(parsing: try services.box.open(value, for: owner))
            guard let provider = document["provider"]?.stringValue, let state = document["state"]?.stringValue,
                let nonce = document["nonce"]?.stringValue, let verifier = document["verifier"]?.stringValue,
                case .integer(let end) = document["end"]
            else { return nil }
            return SignOnFlow(
                provider: provider, state: state, nonce: nonce, verifier: verifier,
                redirect: document["redirect"]?.stringValue, challenge: document["challenge"]?.stringValue,
                invitation: document["invitation"]?.stringValue, end: Timestamp(nanoseconds: end))
        } catch {
            return nil
        }
    }
}
