import WorkflowCore

/// Takes requests that AWS says who has signed.
struct AWSResolver: IAMResolver {
    let settings: IAMSettings.AWS
    /// The address that requests must be bound to.
    let place: String
    /// Where AWS is; `nil` for the host of the region.
    let standIn: String?
    let requests: IAMRequests

    /// The only host that requests may be for.
    private var host: String { "sts.\(settings.region).amazonaws.com" }

    func resolve(_ shown: JSONObject, now: Timestamp) async throws -> ProvenProgram {
        guard let signed = shown["aws_request"]?.objectValue else {
            throw IAMFailure(.missing, "Show a signed request for GetCallerIdentity as aws_request.")
        }
        let request = try CallerIdentityRequest(signed, host: host, place: place, now: now)
        let answer = try await send(
            request.headers.filter { $0.name != "content-type" }, body: CallerIdentityRequest.body,
            contentType: request.headers.first { $0.name == "content-type" }?.value)
        guard answer.status == 200 else {
            guard (400..<500).contains(answer.status) else {
                throw IAMFailure(.unavailable, "AWS answers with the status \(answer.status).")
            }
            throw IAMFailure(.refused, "AWS does not take the signature.")
        }
        let result = answer.document["GetCallerIdentityResponse"]?["GetCallerIdentityResult"]
        guard let name = result?["Arn"]?.stringValue, let account = result?["Account"]?.stringValue else {
            throw IAMFailure(.unavailable, "AWS answers with something that tells no identity.")
        }
        let parts = name.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[4] == account, account == settings.account else {
            throw IAMFailure(.refused, "The identity belongs to another account than \(settings.account).")
        }
        guard let role = Self.role(parts) else {
            return ProvenProgram(subject: name, identities: [name], proof: request.proof)
        }
        return ProvenProgram(subject: role, identities: [role, name], proof: request.proof)
    }

    /// The role of somebody who has assumed one: the same for all sessions.
    private static func role(_ parts: [Substring]) -> String? {
        let path = parts[5].split(separator: "/")
        guard parts[2] == "sts", path.count == 3, path[0] == "assumed-role" else { return nil }
        return "arn:\(parts[1]):iam::\(parts[4]):role/\(path[1])"
    }

    func test() async throws -> String {
        // Nobody has signed this, which AWS says if it can be reached.
        let answer = try await send([], body: CallerIdentityRequest.body, contentType: nil)
        guard (400..<500).contains(answer.status) else {
            throw IAMFailure(.unavailable, "AWS answers with the status \(answer.status).")
        }
        return "\(host) can be reached."
    }

    private func send(
        _ headers: [(name: String, value: String)], body: String, contentType: String?
    ) async throws -> (status: Int, document: JSONValue) {
        let type = contentType ?? "application/x-www-form-urlencoded; charset=utf-8"
        let fields = headers + [("accept", "application/json"), ("content-type", type)]
        return try await requests.send(
            OutboundHTTPRequest(
                method: "POST", url: standIn ?? "https://\(host)/", headers: fields, body: Array(body.utf8)))
    }
}
