import WorkflowCore

/// Takes tokens of service accounts, which the API server of their cluster reviews
/// (https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/).
struct KubernetesResolver: IAMResolver {
    private static let accountPrefix = "system:serviceaccount:"

    let settings: IAMSettings.Kubernetes
    /// For whom tokens must be.
    let audience: String
    /// With what the platform may ask for reviews.
    let reviewer: SecretString
    let requests: IAMRequests

    func resolve(_ shown: JSONObject, now: Timestamp) async throws -> ProvenProgram {
        let status = try await review(try shown.shownToken)
        guard status["authenticated"] == true, status["error"]?.stringValue ?? "" == "" else {
            throw IAMFailure(.refused, "The cluster does not take the token.")
        }
        // A server that knows no audiences says nothing of them, and takes tokens that are for others.
        guard status["audiences"]?.arrayValue?.contains(.string(audience)) == true else {
            throw IAMFailure(.refused, "The token is for another audience than \(audience).")
        }
        let name = status["user"]?["username"]?.stringValue ?? ""
        let parts = name.dropFirst(Self.accountPrefix.count).split(
            separator: ":", omittingEmptySubsequences: false)
        guard name.hasPrefix(Self.accountPrefix), parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw IAMFailure(.refused, "The token belongs to no service account.")
        }
        guard settings.namespace.isEmpty || parts[0] == settings.namespace else {
            throw IAMFailure(.refused, "The service account is in another namespace than \(settings.namespace).")
        }
        let account = "sa:\(parts[0]):\(parts[1])"
        let groups = (status["user"]?["groups"]?.arrayValue ?? []).compactMap(\.stringValue).map { "group:\($0)" }
        let identities = ([account] + groups).prefix(ProvenProgram.mostIdentities)
        return ProvenProgram(subject: account, identities: Array(identities))
    }

    func test() async throws -> String {
        let status = try await review("not-a-token")
        guard status["authenticated"] != true else {
            throw IAMFailure(.misconfigured, "The server takes a token that is none; it does not review tokens.")
        }
        return "The cluster reviews tokens."
    }

    /// What the cluster says of a token.
    private func review(_ token: String) async throws -> JSONValue {
        let body: JSONValue = [
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
            "spec": ["token": .string(token), "audiences": [.string(audience)]],
        ]
        let request = OutboundHTTPRequest(
            method: "POST", url: "\(settings.server)/apis/authentication.k8s.io/v1/tokenreviews",
            headers: [
                ("accept", "application/json"), ("content-type", "application/json"),
                ("user-agent", "workflow-platform"), ("authorization", "Bearer \(reviewer.value)"),
            ], body: body.jsonBytes())
        let answer = try await requests.send(request, trusting: settings.certificates)
        switch answer.status {
        case 200, 201:
            guard let status = answer.document["status"], status.objectValue != nil,
                answer.document["kind"] == "TokenReview"
            else { throw IAMFailure(.misconfigured, "The server answers with something that is no review.") }
            return status
        case 401, 403:
            throw IAMFailure(
                .misconfigured, "The cluster does not let the reviewer token review tokens (status \(answer.status)).")
        default: throw IAMFailure(.unavailable, "The cluster answers with the status \(answer.status).")
        }
    }
}
