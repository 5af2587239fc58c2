public import WorkflowCore

extension JWTAuthentication {
    public static let descriptor = ModuleDescriptor(
        type: "auth.jwt", aliases: ["auth.modular"], settingsKey: "auth",
        summary: "Registers users, logs them in, and checks the JSON Web Tokens that they send.",
        details: """
            Give its routes to the module as a handler. It looks at the end of the path:

            | Request | Body | Answer |
            |---|---|---|
            | `POST …/auth/register` | `{email, name, password}` | 201 `{token, user}` |
            | `POST …/auth/login` | `{email, password}` | 200 `{token, user}` |
            | `GET …/auth/profile` | | 200 `user` |
            | `PUT …/auth/profile` | `{name}` | 200 `user` |
            | `POST …/auth/logout` | | 204; the token is not valid any more |

            `user` is `{id, email, name, createdAt}`. Errors are `{"error": …}`: 400 for a body that is not acceptable, \
            401 for wrong credentials or tokens, 409 for an e-mail address that is taken, 429 and 503 with `Retry-After`.

            Middlewares of the type `http.middleware.auth` ask this module who a request comes from.

            Tokens are signed with HMAC-SHA-256 (`HS256`); tokens that name any other algorithm, another issuer, or no \
            time of expiry are refused. A token that was logged out stays refused after a restart.

            Passwords are kept as scrypt hashes with a salt each. A login for an unknown address takes as long as any \
            other. Raising `scryptCost` replaces weaker hashes at the next login of each user. Guessing is slowed down: \
            after `loginAttempts` failures each further one on the same account from the same address waits twice as \
            long as the one before, up to `lockout`.
            """,
        provides: [.httpHandler, .authenticator],
        examples: [
            ModuleDescriptor.Example(
                "Users who register and log in",
                yaml: """
                    modules:
                      - name: web
                        type: http.server
                        config:
                          address: 127.0.0.1:8080
                      - name: router
                        type: http.router
                      - name: auth
                        type: auth.jwt
                        config:
                          secret: ${JWT_SECRET:-only-for-trying-this-out}
                          tokenExpiry: 12h
                    workflows:
                      http:
                        routes:
                          - method: POST
                            path: /api/auth/register
                            handler: auth
                          - method: POST
                            path: /api/auth/login
                            handler: auth
                          - method: POST
                            path: /api/auth/logout
                            handler: auth
                          - method: GET
                            path: /api/auth/profile
                            handler: auth
                          - method: PUT
                            path: /api/auth/profile
                            handler: auth
                    """)
        ])
}
