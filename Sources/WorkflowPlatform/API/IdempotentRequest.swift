import Crypto
import HTTPTypes
import WorkflowCore
import WorkflowStore

/// A request that names a key, under which it is carried out once however often it is sent.
struct IdempotentRequest: Sendable {
    private static let field = HTTPField.Name("Idempotency-Key")
    private static let replayed = HTTPField.Name("Idempotency-Replayed")
    /// The fields of an answer that are kept.
    private static let kept: [HTTPField.Name] = [.contentType, .eTag, .location]

    /// Problems of the platform's that leave everything as it was; others, such as a commit whose answer was lost, may not.
    private static let repeatable = Set(
        ["deployment-unavailable", "secrets-unavailable", "secrets-locked"].map { "urn:workflow:problem:\($0)" })

    private let key: String
    private let user: ID<User>
    private let request: String
    private let isSecret: Bool

    /// Reads the key of a request.
    ///
    /// - Returns: `nil` when there is none, or none is wanted.
    /// - Throws: ``HTTPError`` 400.
    init?(_ call: APICall, _ route: APIRoute, body: [UInt8]) throws {
        guard route.method == .post, let user = call.optionalCaller?.user, let field = Self.field,
            let key = call.request.headers[field]
        else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            let detail = "The key must have 1 to 255 visible characters of ASCII."
            throw PlatformError.invalid([SchemaProblem(pointer: "Idempotency-Key", detail: detail)])
        }
        var digest = SHA256()
        digest.update(data: Array("\(call.request.path)?\(call.request.query ?? "")\n".utf8))
        digest.update(data: body)
        (self.key, self.user, isSecret) = (key, user, route.answer.isSecret)
        request = AuditHash.hexadecimal(digest.finalize())
    }

    /// Carries the request out, or answers as it was answered before.
    ///
    /// - Throws: ``HTTPError`` 409 while it is being carried out, 422 when the key was used for another request.
    func run(
        _ services: PlatformServices, _ body: () async throws -> ServerResponse
    ) async throws -> ServerResponse {
        let (key, user, request, now) = (key, user, request, services.clock.now)
        let earlier = try await services.database.write { connection in
            try IdempotencyTable.begin(key, of: user, request: request, now: now, connection)
        }
        if let earlier { return try replay(earlier) }
        do {
            let response = try await body()
            try await finish(response, services)
            return response
        } catch {
            let error = PlatformError.translating(error)
            if let refusal = error as? HTTPError, Self.changedNothing(refusal) {
                // Nothing was changed. What is wrong may be put right, and the request sent again.
                try await services.database.write { try IdempotencyTable.abandon(key, of: user, $0) }
            }
            throw error
        }
    }

    /// Whether a request that ended this way can be sent again as if it had never been.
    private static func changedNothing(_ error: HTTPError) -> Bool {
        error.status.kind == .clientError || error.details["type"]?.stringValue.map(repeatable.contains) ?? false
    }

    private func finish(_ response: ServerResponse, _ services: PlatformServices) async throws {
        var (headers, text) = (JSONObject(), "")
        if isSecret {
            headers["secret"] = true
        } else {
            for name in Self.kept { headers[name.rawName] = response.headers[name].map { .string($0) } }
            if case .bytes(let bytes) = response.body { text = String(decoding: bytes, as: UTF8.self) }
        }
        let (key, user, status) = (key, user, response.status.code)
        try await services.database.write { [headers, text] connection in
            try IdempotencyTable.finish(key, of: user, status: status, headers: headers, body: text, connection)
        }
    }

    private func replay(_ earlier: IdempotencyTable.Record) throws -> ServerResponse {
        guard earlier.request == request else {
            throw PlatformError.problem(
                .unprocessableContent, "idempotency-key-reused", "This key was used for another request.")
        }
        guard earlier.status != 0 else {
            throw PlatformError.conflict(
                "idempotency-in-progress",
                "A request with this key has begun and is not finished; find out what became of it.")
        }
        guard earlier.headers["secret"] == nil else {
            throw PlatformError.conflict(
                "idempotency-secret", "This was done already; its answer held a secret, which is not shown again.")
        }
        var headers = HTTPFields()
        for (name, value) in zip(earlier.headers.keys, earlier.headers.values) {
            if let name = HTTPField.Name(name) { headers[name] = value.stringValue }
        }
        if let replayed = Self.replayed { headers[replayed] = "true" }
        return ServerResponse(
            status: HTTPResponse.Status(code: earlier.status), headers: headers,
            body: earlier.body.isEmpty ? .empty : .bytes(Array(earlier.body.utf8)))
    }
}
