import HTTPTypes
import Logging
import WorkflowCore

extension JWTAuthentication {
    private static let bodyLimit = 16 * 1024
    private static let longestName = 200

    private struct Credentials {
        let email: String
        let password: String
        let body: JSONObject
    }

    func register(_ request: ServerRequest) async throws -> ServerResponse {
        let credentials = try await credentials(request)
        guard let email = EmailAddress.normalized(credentials.email) else {
            throw ErrorAnswer(.badRequest, "the email address is not valid")
        }
        let password = credentials.password
        guard password.count >= configuration.minPasswordLength else {
            throw ErrorAnswer(
                .badRequest, "the password must have at least \(configuration.minPasswordLength) characters")
        }
        guard password.utf8.count <= PasswordHasher.longestPassword else {
            throw ErrorAnswer(
                .badRequest, "the password must not have more than \(PasswordHasher.longestPassword) bytes")
        }
        let name = try Self.name(credentials.body) ?? ""
        if let wait = registrations.begin(address: request.remoteAddress, now: context.clock.now) {
            throw ErrorAnswer(.tooManyRequests, "too many registrations, try again later", retryAfter: wait)
        }
        guard try await context.store.user(email: email) == nil else { throw Self.taken }
        do {
            let user = try await addUser(email: email, name: name, password: password)
            return try await session(for: user, status: .created)
        } catch let error as StoreError where error.code == .conflict {
            throw Self.taken
        }
    }

    func logIn(_ request: ServerRequest) async throws -> ServerResponse {
        let credentials = try await credentials(request)
        let email = EmailAddress.normalized(credentials.email)
        let account = email.map(UserRecord.emailKey) ?? ""
        let address = request.remoteAddress
        if let wait = throttle.begin(account: account, address: address, now: context.clock.now) {
            throw ErrorAnswer(.tooManyRequests, "too many attempts, try again later", retryAfter: wait)
        }
        let user: UserRecord?
        let verdict: PasswordHasher.Verdict
        do {
            user = if let email { try await context.store.user(email: email) } else { nil }
            verdict = try await passwords.check(credentials.password, against: user?.passwordHash)
        } catch {
            throttle.cancel(account: account, address: address)
            throw error
        }
        guard let user, !verdict.isMismatch else { throw ErrorAnswer(.unauthorized, "invalid credentials") }
        throttle.succeed(account: account, address: address)
        if case .matchWithBetterHash(let hash) = verdict { await strengthen(user, hash) }
        return try await session(for: user, status: .ok)
    }

    func profile(of principal: Principal) async throws -> ServerResponse {
        .json(Self.json(try await user(principal)))
    }

    func updateProfile(of principal: Principal, _ request: ServerRequest) async throws -> ServerResponse {
        let body = try await request.jsonObject(upTo: Self.bodyLimit, otherwise: Self.invalidBody)
        guard let name = try Self.name(body) else { throw ErrorAnswer(.badRequest, Self.invalidBody) }
        var user = try await user(principal)
        user.name = name
        try await context.store.commit(StoreTransaction([.updateUser(user)]))
        return .json(Self.json(user))
    }

    /// Replaces a hash that is weaker than new ones are; the login does not depend on it.
    private func strengthen(_ user: UserRecord, _ hash: String) async {
        do {
            guard var current = try await context.store.user(id: user.id), current.passwordHash == user.passwordHash
            else { return }
            current.passwordHash = hash
            try await context.store.commit(StoreTransaction([.updateUser(current)]))
        } catch {
            context.logger.warning(
                "A password hash was not replaced by a stronger one", metadata: ["error": "\(error)"])
        }
    }

    private func user(_ principal: Principal) async throws -> UserRecord {
        guard let user = try await context.store.user(id: principal.id) else {
            throw Self.unauthorized("user not found")
        }
        return user
    }

    private func session(for user: UserRecord, status: HTTPResponse.Status) async throws -> ServerResponse {
        let token = try await token(for: user)
        var response = ServerResponse.json(["token": .string(token), "user": Self.json(user)], status: status)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private func credentials(_ request: ServerRequest) async throws -> Credentials {
        let body = try await request.jsonObject(upTo: Self.bodyLimit, otherwise: Self.invalidBody)
        guard let email = try Self.text(body, "email"), let password = try Self.text(body, "password"), !email.isEmpty,
            !password.isEmpty
        else { throw ErrorAnswer(.badRequest, "email and password are required") }
        return Credentials(email: email, password: password, body: body)
    }

    private static func name(_ body: JSONObject) throws -> String? {
        guard let name = try text(body, "name") else { return nil }
        guard name.count <= longestName, name.utf8.count <= longestName * 4 else {
            throw ErrorAnswer(.badRequest, "the name must not have more than \(longestName) characters")
        }
        return name
    }

    private static func text(_ body: JSONObject, _ key: String) throws -> String? {
        switch body[key] {
        case nil, .null: return nil
        case .string(let text): return text
        default:
            throw ErrorAnswer(.badRequest, invalidBody, details: ["detail": .string("\(key) must be a string")])
        }
    }

    private static func json(_ user: UserRecord) -> JSONValue {
        [
            "id": .string(user.id), "email": .string(user.email), "name": .string(user.name),
            "createdAt": .string(user.createdAt.description),
        ]
    }

    private static let invalidBody = "invalid request body"
    private static var taken: ErrorAnswer { ErrorAnswer(.conflict, "email already registered") }
}

extension PasswordHasher.Verdict {
    var isMismatch: Bool {
        if case .mismatch = self { true } else { false }
    }
}
