import HTTPTypes
public import WorkflowCore

/// `http.middleware.auth`: lets a request pass that carries a valid bearer token.
public struct AuthMiddleware: WorkflowModule, HTTPMiddleware {
    /// The keys of the module's configuration.
    public struct Configuration: ConfigurationObject {
        /// The scheme of the `Authorization` field.
        public var authType = "Bearer"
        /// The module that checks tokens; empty for all that can.
        public var authProvider = ""
        /// Not used; see the module's page.
        public var secretKey = SecretString("")

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "authType", \.authType, "The scheme of the Authorization header field; only Bearer is known.",
                aliases: ["auth_type"],
                check: { $0.lowercased() == "bearer" ? nil : "must be Bearer, is \"\($0)\"" }),
            .init(
                "authProvider", \.authProvider,
                "The module that checks tokens, such as an auth.jwt. Without it, every module that can is asked in turn.",
                aliases: ["provider", "auth_provider"], reference: .authenticator),
            .init(
                "secretKey", \.secretKey,
                "Accepted for older files. Tokens are checked by an auth.jwt module, which has the secret.",
                secret: true, aliases: ["secret_key"]),
        ]

        /// Creates the value with all defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "http.middleware.auth", summary: "Lets a request pass that carries a valid bearer token.",
        details: """
            The token comes from `Authorization: Bearer <token>` (the scheme in any case) and is checked by the module \
            that `authProvider` names, or by every module that can check tokens. Handlers behind it learn who makes the \
            request.

            Anything else is answered with 401, `WWW-Authenticate: Bearer` and a JSON document whose `error` is \
            `Authorization header required`, `Bearer authorization required` or `Invalid credentials`.

            Without a module that can check tokens the configuration is refused: every request would be. Put \
            `http.middleware.cors` anywhere in the same list; preflight requests need no token.
            """,
        provides: [.httpMiddleware], requires: [.init(.authenticator, optional: true)],
        examples: [
            .init(
                "A route for users with a token",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: tokens
                        type: auth.jwt
                        config: {secret: "change-me-to-something-long-and-random"}
                      - name: auth
                        type: http.middleware.auth
                        config: {authProvider: tokens}
                      - name: hello
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: POST, path: "/auth/{action}", handler: tokens}
                          - {method: GET, path: /hello, handler: hello, middlewares: [auth]}
                    """)
        ])

    /// The modules that check tokens.
    let providers: [(name: String, service: any Authenticator)]

    public init(configuration: Configuration, context: ModuleContext) throws {
        let found = context.services.all((any Authenticator).self)
        let name = configuration.authProvider
        providers = name.isEmpty ? found : found.filter { $0.name == name }
        guard providers.isEmpty else { return }
        throw context.error(
            "no module checks tokens, so every request would be refused"
                + (configuration.secretKey.value.isEmpty ? "" : "; \"secretKey\" here is not used"),
            suggestion: "add a module of type auth.jwt with your secret in its config:"
                + " {name: tokens, type: auth.jwt, config: {secret: ...}}",
            absent: .module(name: configuration.authProvider, kind: .authenticator))
    }

    public func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        guard let value = request.headers.value(of: .authorization) else {
            return Self.refusal("Authorization header required", challenge: "Bearer").response
        }
        guard let token = Self.bearerToken(value) else {
            return Self.refusal("Bearer authorization required", challenge: "Bearer").response
        }
        for provider in providers {
            let principal: Principal?
            do {
                principal = try await provider.service.authenticate(bearer: token)
            } catch is StoreError {
                return HTTPError(
                    .serviceUnavailable, "Credentials cannot be checked now", headers: [.retryAfter: "2"]
                ).response
            }
            guard let principal else { continue }
            var request = request
            request.principal = principal
            return try await next.handle(request)
        }
        return Self.refusal("Invalid credentials", challenge: "Bearer error=\"invalid_token\"").response
    }

    private static func refusal(_ message: String, challenge: String) -> HTTPError {
        HTTPError(.unauthorized, message, headers: [.wwwAuthenticate: challenge])
    }

    /// The token of `Bearer <token>`; `nil` when the scheme is another one or the token is missing.
    static func bearerToken(_ value: String) -> String? {
        var value = value
        return value.withUTF8 { bytes in
            let scheme = StaticString("bearer ")
            guard bytes.count > scheme.utf8CodeUnitCount else { return nil }
            for index in 0..<scheme.utf8CodeUnitCount where bytes[index] | 0x20 != scheme.utf8Start[index] {
                return nil
            }
            var start = scheme.utf8CodeUnitCount
            while start < bytes.count, bytes[start] == UInt8(ascii: " ") { start += 1 }
            guard start < bytes.count, !bytes[start...].contains(UInt8(ascii: " ")) else { return nil }
            return String(decoding: UnsafeBufferPointer(rebasing: bytes[start...]), as: UTF8.self)
        }
    }
}
