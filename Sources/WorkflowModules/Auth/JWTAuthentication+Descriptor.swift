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
            time of expiry are refused.

            Passwords are kept as scrypt hashes with a salt each. A login for an unknown address takes as long as any \
            other. Raising `scryptCost` replaces weaker hashes at the next login of each user. Guessing is slowed down: \
            after `loginAttempts` failures each further one on the same account from the same address waits twice as \
            long as the one before, up to `lockout`.

            **Tokens that were logged out** stay refused until they expire, also after a restart. The state store \
            knows them, and each process asks it again every 5 seconds for a token that is in use: processes that \
            share the store refuse a token at the latest 5 seconds after another one logged it out. With \
            `revocations: redis`, the name of a `redis.connection`, Redis knows them in place of the store, for all \
            processes that name the same server and `prefix`. Give them the same `secret` and `issuer`.

            *When that store or Redis is away*, logging out is answered with 503 and must be tried again, for the \
            token may still be valid. Requests with a token that was not looked up within the last 5 seconds are \
            answered with 503 as well, since nobody knows whether it is still good.

            *Redis forgets what it was not told to keep.* A logged-out token is valid again until it expires when \
            Redis loses its revocation: when it is emptied, restarts without persistence (`appendonly yes`), gives \
            way to a replica that was behind, or evicts keys (`maxmemory-policy` must be `noeviction`). The same goes \
            for tokens that were logged out before `revocations` was set, changed or removed. A short `tokenExpiry` \
            bounds that; where it may never happen, leave revocations in the state store.
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
