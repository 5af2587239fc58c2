import HTTPTypes
import Logging
public import WorkflowCore

/// Registers users, logs them in with signed tokens, and tells other modules who a token belongs to.
///
/// ```yaml
/// modules:
///   - name: auth
///     type: auth.jwt
///     config:
///       secret: ${JWT_SECRET}
/// ```
public final class JWTAuthentication: WorkflowModule, HTTPHandler, Authenticator {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// Signs the tokens.
        public var secret = SecretString("")
        /// How long a token is valid.
        public var tokenExpiry: Duration = .seconds(24 * 3600)
        /// Who issues the tokens.
        public var issuer = "workflow"
        /// Whom the tokens are for; empty for everybody.
        public var audience = ""
        /// The shortest password that can be registered.
        public var minPasswordLength = 8
        /// Failures on one account from one address before they are slowed down.
        public var loginAttempts = 5
        /// Failures from one address over all accounts within ``lockout``.
        public var loginAttemptsPerAddress = 100
        /// The longest time that a login is refused.
        public var lockout: Duration = .seconds(15 * 60)
        /// How many users one address may register in a minute.
        public var registrationsPerMinute = 60
        /// The binary logarithm of the rounds of scrypt.
        public var scryptCost = 15
        /// The module that knows the tokens that were logged out.
        public var revocations: String?

        static let shortestSecret = 16

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "secret", \.secret,
                "Signs the tokens; at least 16 bytes. Take it from the environment: `${JWT_SECRET}`.",
                required: true, secret: true, aliases: ["jwtSecret", "jwt_secret"], check: { checkSecret($0) }),
            .init(
                "tokenExpiry", \.tokenExpiry, "How long a token is valid.",
                aliases: ["token_expiry", "expiry", "expiration", "jwtExpiry", "jwt_expiry"],
                check: {
                    $0 >= .seconds(1) && $0 <= .seconds(3650 * 86_400) ? nil : "must be from 1s to 3650d"
                }),
            .init(
                "issuer", \.issuer, "The `iss` claim: who issues the tokens. Tokens of another issuer are refused.",
                aliases: ["jwtIssuer", "jwt_issuer"],
                check: { $0.isEmpty ? "must not be empty" : nil }),
            .init(
                "audience", \.audience,
                "The `aud` claim. When it is set, tokens that are for somebody else are refused."),
            .init(
                "minPasswordLength", \.minPasswordLength,
                "The shortest password that can be registered, in characters.",
                aliases: ["min_password_length"],
                schema: .integer(minimum: 1, maximum: 128)),
            .init(
                "loginAttempts", \.loginAttempts,
                "Failed logins to one account from one address before the next ones have to wait, longer each time.",
                schema: .integer(minimum: 1, maximum: 1000)),
            .init(
                "loginAttemptsPerAddress", \.loginAttemptsPerAddress,
                "Failed logins from one address to all accounts within the time of `lockout`.",
                schema: .integer(minimum: 1, maximum: 1_000_000)),
            .init(
                "lockout", \.lockout,
                "The longest time that logins are refused, and after which failures are forgotten.",
                check: { $0 >= .seconds(1) && $0 <= .seconds(7 * 86_400) ? nil : "must be from 1s to 7d" }),
            .init(
                "registrationsPerMinute", \.registrationsPerMinute,
                "How many users one address may register in a minute.",
                schema: .integer(minimum: 1, maximum: 1_000_000)),
            .init(
                "scryptCost", \.scryptCost,
                "The binary logarithm of the rounds of scrypt. Each step doubles time and memory; 15 takes 32 MiB. Less than 14 is for tests only.",
                schema: .integer(minimum: 10, maximum: 18)),
            .init(
                "revocations", \.revocations,
                "The module that knows the tokens that were logged out, such as a redis.connection. "
                    + "Without it the state store does.",
                reference: .tokenRevocations),
        ]

        /// Creates the defaults.
        public init() {}

        private static func checkSecret(_ secret: SecretString) -> String? {
            let count = secret.value.utf8.count
            if count == 0 { return "must not be empty; make one with: openssl rand -base64 32" }
            guard count < shortestSecret else { return nil }
            return
                "must have at least \(shortestSecret) bytes, has \(count); make one with: openssl rand -base64 32"
        }
    }

    let configuration: Configuration
    let context: ModuleContext
    let passwords: PasswordHasher
    let throttle: LoginThrottle
    let registrations: RegistrationThrottle
    let codec: TokenCodec
    private let tokens: TokenAuthority

    public init(configuration: Configuration, context: ModuleContext) throws {
        guard configuration.secret.value.utf8.count >= Configuration.shortestSecret else {
            throw context.error("The secret must have at least \(Configuration.shortestSecret) bytes.")
        }
        self.configuration = configuration
        self.context = context
        passwords = PasswordHasher(cost: PasswordHash.Cost(logarithm: configuration.scryptCost))
        throttle = LoginThrottle(
            LoginThrottle.Limits(
                attempts: configuration.loginAttempts, attemptsPerAddress: configuration.loginAttemptsPerAddress,
                lockout: configuration.lockout))
        registrations = RegistrationThrottle(perMinute: configuration.registrationsPerMinute)
        codec = TokenCodec(issuer: configuration.issuer, audience: configuration.audience)
        let revocations: any TokenRevocations =
            try configuration.revocations.map { name in
                try context.services.require((any TokenRevocations).self, kind: .tokenRevocations, named: name)
            } ?? StoredRevocations(store: context.store, clock: context.clock)
        tokens = TokenAuthority(codec: codec, revocations: revocations, clock: context.clock)
    }

    public func prepare() async throws {
        await codec.use(secret: configuration.secret.value)
    }

    public func authenticate(bearer token: String) async throws -> Principal? {
        try await tokens.verify(token)?.principal
    }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        do {
            return try await route(request)
        } catch let error as ErrorAnswer {
            return error.response
        } catch let error as StoreError {
            context.logger.error("The storage does not answer", metadata: ["error": "\(error)"])
            return ErrorAnswer(error).response
        } catch is BoundedWorkers.Busy {
            return ErrorAnswer(.serviceUnavailable, "the server is busy", retryAfter: .seconds(2)).response
        }
    }

    private func route(_ request: ServerRequest) async throws -> ServerResponse {
        if request.path.hasSuffix("/auth/register") {
            try Self.require([.post], request)
            return try await observed("register") { try await register(request) }
        }
        if request.path.hasSuffix("/auth/login") {
            try Self.require([.post], request)
            return try await observed("login") { try await logIn(request) }
        }
        if request.path.hasSuffix("/auth/logout") {
            try Self.require([.post], request)
            try await tokens.revoke(try await token(of: request))
            return ServerResponse(status: .noContent)
        }
        if request.path.hasSuffix("/auth/profile") {
            try Self.require([.get, .head, .put], request)
            let principal = try await token(of: request).principal
            return try await request.method == .put ? updateProfile(of: principal, request) : profile(of: principal)
        }
        throw ErrorAnswer(.notFound, "not found")
    }

    /// The valid token that a request carries.
    private func token(of request: ServerRequest) async throws -> TokenCodec.Verified {
        guard let header = request.headers.value(of: .authorization), !header.isEmpty else {
            throw Self.unauthorized("authorization header required")
        }
        let scheme = "bearer "
        guard header.utf8.count > scheme.utf8.count, header.prefix(scheme.count).lowercased() == scheme else {
            throw Self.unauthorized("bearer token required")
        }
        let text = header.dropFirst(scheme.count).drop { $0 == " " }
        guard let token = try await tokens.verify(String(text)) else { throw Self.unauthorized("invalid token") }
        return token
    }

    static func unauthorized(_ message: String) -> ErrorAnswer {
        ErrorAnswer(.unauthorized, message, headers: [.wwwAuthenticate: "Bearer"])
    }

    private static func require(_ methods: [HTTPRequest.Method], _ request: ServerRequest) throws {
        guard !methods.contains(request.method) else { return }
        let allowed = methods.map(\.rawValue).joined(separator: ", ")
        throw ErrorAnswer(.methodNotAllowed, "method not allowed", headers: [.allow: allowed])
    }

    private func observed(
        _ operation: String, _ body: () async throws -> ServerResponse
    ) async throws -> ServerResponse {
        let operations = context.environment.metrics.moduleOperations
        do {
            let response = try await body()
            operations.with(context.name, operation, "success").increment()
            return response
        } catch {
            operations.with(context.name, operation, "failure").increment()
            throw error
        }
    }
}
