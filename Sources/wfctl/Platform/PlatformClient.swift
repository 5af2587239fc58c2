import WorkflowCommandLine
import WorkflowCore

/// Makes requests to the API of a platform, as whoever is signed in.
struct PlatformClient: Sendable {
    /// What its paths begin with.
    static let prefix = "/api/v1"

    let url: String
    private let credentials: PlatformCredentials
    /// What commands are about that name nothing.
    let company: ContextEntry.Place?
    let project: ContextEntry.Place?
    /// The context; `nil` without one.
    let context: String?

    init(_ target: ManagementOptions.Target) {
        url = target.address.url
        credentials = PlatformCredentials(target)
        // With another token they may be those of somebody else.
        company = target.isOwnToken ? target.entry?.company : nil
        project = target.isOwnToken ? target.entry?.project : nil
        context = target.name
    }

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: The path behind ``prefix``, with its query.
    ///   - body: The body, sent as JSON.
    ///   - tag: The state that the change is for; it is refused with 412 when there is another one.
    ///   - seconds: How long the answer may take.
    /// - Throws: ``CommandFailure`` when there is no answer.
    func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, tag: String? = nil, seconds: Int = 30
    ) async throws -> ManagementAnswer {
        var headers: [(String, String)] = []
        if body != nil { headers.append(("content-type", "application/json")) }
        if let tag { headers.append(("if-match", tag)) }
        func request(_ token: String?) async throws -> ManagementAnswer {
            try await connection(token)
                .send(method, Self.prefix + path, body: body?.jsonBytes(), headers: headers, seconds: seconds)
        }
        let token = try await credentials.token()
        let answer = try await request(token)
        guard answer.status == 401, let next = try await credentials.token(after: token) else { return answer }
        return try await request(next)
    }

    /// A client with a token that works now, for paths with ``prefix``.
    ///
    /// - Throws: ``CommandFailure`` when the session has ended.
    func connection() async throws -> ManagementClient { connection(try await credentials.token()) }

    private func connection(_ token: String?) -> ManagementClient {
        ManagementClient(url: url, token: token, start: "wfserver platform")
    }

    /// Follows a body that goes on, such as an export.
    ///
    /// - Parameter receive: Gets its parts.
    /// - Throws: ``CommandFailure``; what `receive` throws.
    func download(_ path: String, _ receive: ([UInt8]) throws -> Void) async throws {
        let token = try await credentials.token()
        let failure = try await connection(token).download(Self.prefix + path, receive)
        guard let failure else { return }
        guard failure.status == 401, let next = try await credentials.token(after: token) else { throw failure.failure }
        let again = try await connection(next).download(Self.prefix + path, receive)
        if let again { throw again.failure }
    }

    /// What is under `data` in the answer to `GET`.
    ///
    /// - Parameter subject: What is asked for, for the message when it is not there.
    /// - Throws: ``CommandFailure``.
    func get(_ path: String, _ subject: String) async throws -> JSONValue {
        try await send("GET", path).data(subject)
    }

    /// Removes something.
    ///
    /// - Parameters:
    ///   - subject: What is removed, for the message when it is not there.
    ///   - tag: The state that is meant; it is refused with 412 when there is another one.
    /// - Throws: ``CommandFailure``.
    func delete(_ path: String, _ subject: String, tag: String? = nil) async throws {
        _ = try await send("DELETE", path, tag: tag, seconds: 120).data(subject)
    }
}

extension ManagementAnswer {
    /// What is under `data` when the request has been done.
    ///
    /// - Parameter subject: What it was about, for the message when there is no such thing.
    /// - Throws: ``CommandFailure``.
    func data(_ subject: String) throws -> JSONValue {
        guard status != 404 || isUnknownRequest else {
            throw CommandFailure(
                .notFound, "There is no \(subject), or you may not see it.",
                hint: "`wfctl companies list` and `wfctl workflows list` show what you may see")
        }
        let document = try expectSuccess()
        if status == 204 { return .null }
        guard let data = document["data"] else { throw notUnderstood("the answer has no \"data\"") }
        return data
    }
}

extension ManagementOptions {
    /// The address that `wfserver platform` listens on by itself.
    static let standardPlatform = "http://127.0.0.1:8090"

    /// Whether a platform is meant: what is known of the context, else what answers at the address.
    ///
    /// - Throws: ``CommandFailure`` when that is not known, and nothing answers.
    func isPlatform() async throws -> Bool {
        let target = try target()
        if let kind = target.entry?.kind { return kind == .platform }
        return try await PlatformProbe.kind(of: target.address) == .platform
    }

    /// The platform, for a command that is only for platforms.
    ///
    /// - Throws: ``CommandFailure``, also when it is known to be a single server.
    func platform() throws -> PlatformClient {
        let target = try target(standard: Self.standardPlatform)
        if let entry = target.entry, entry.kind == .server {
            throw CommandFailure(
                .usage, "\(target.address.url) is a single server, and this command is for a platform.",
                hint: "log in to a platform with `wfctl login URL`, or name one with --context or --server")
        }
        warnIfExposed(target.address, target.token)
        return PlatformClient(target)
    }
}
