import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Signing in at a provider: to it, back from it, and from there to tokens.
enum SignOnRoutes {
    /// The last part of the path for tokens, which no provider may be called.
    static let tokenName = "token"
    private static let path = "/auth/oauth2"
    private static let name = Schema.text(1...63)

    static let all: [APIRoute] = [
        APIRoute(
            name: "listSignOnProviders", method: .get, path: path, tag: "Sign-in",
            summary: "The providers with which everybody may sign in.", access: .open,
            answer: .ok(.array(Documents.platformProvider, maximum: 100)), handler: list),
        APIRoute(
            name: "beginSignOn", method: .get, path: "\(path)/{provider}", tag: "Sign-in",
            summary: "Sends a browser to a provider: one of the platform by name, one of a company by identifier.",
            access: .open, parameters: ["provider": name],
            query: [
                QueryParameter(
                    "redirect_uri", .text(1...2000), "Where the browser is sent at the end; one that is allowed."),
                QueryParameter(
                    "code_challenge", .text(43...43),
                    "The SHA-256 digest in base64url of a secret of the client, needed with `redirect_uri`."),
                QueryParameter("invitation_token", .text(1...200), "The token of an invitation that it accepts."),
            ],
            answer: AnswerRule(status: .found, content: .nothing),
            problems: [502: "The provider cannot be asked, or its answer cannot be used."], handler: begin),
        APIRoute(
            name: "completeSignOn", method: .get, path: "\(path)/{provider}/callback", tag: "Sign-in",
            summary: "Takes a browser back from a provider. It is sent on with a code, if the sign-in began so.",
            access: .open, parameters: ["provider": name],
            query: [
                QueryParameter("state", .text(1...200), "What the platform has told the provider."),
                QueryParameter("code", .text(1...4000), "What stands for the person at the provider."),
                QueryParameter("error", .text(1...200), "Why there is no code."),
                QueryParameter("iss", .text(1...1000), "Who the provider is (RFC 9207)."),
            ],
            answer: AnswerRule.ok(Documents.signOnCode).or(.found, .nothing).secret,
            problems: [
                400: "The sign-in did not begin in this browser, took too long, or is over.",
                403: "The person or the provider has said no, or nobody may be signed in so.",
                502: "The provider cannot be asked, or its answer proves nothing.",
            ],
            ignoresOtherQuery: true, handler: SignOnCallback.handle),
        APIRoute(
            name: "exchangeSignOnCode", method: .post, path: "\(path)/\(tokenName)", tag: "Sign-in",
            summary: "Gives tokens for the code of a sign-in, which works once.", access: .open,
            body: .object([
                .required("sign_on_code", .text(1...200)),
                .optional("code_verifier", .text(43...128), "The secret whose digest was sent at the beginning."),
                .optional("code", .text(1...64), "The code of the second factor, or a recovery code."),
            ]),
            answer: AnswerRule.ok(Documents.tokens).secret,
            problems: [401: "The code does not work, or the code of the second factor is wrong or missing."],
            handler: SignOnExchange.handle),
    ]

    /// Where a provider sends browsers back to.
    static func callback(_ provider: String, _ configuration: PlatformConfiguration) -> String {
        "\(configuration.publicURL)\(APIPath.prefix)\(path)/\(provider)/callback"
    }

    /// Where browsers begin to sign in.
    static func address(_ provider: String, _ configuration: PlatformConfiguration) -> String {
        "\(configuration.publicURL)\(APIPath.prefix)\(path)/\(provider)"
    }

    /// The path of all of it as browsers see it.
    static func publicPath(_ publicURL: String) -> String {
        let rest = publicURL.firstRange(of: "://").map { publicURL[$0.upperBound...] } ?? publicURL[...]
        let prefix = rest.firstIndex(of: "/").map { rest[$0...] } ?? ""
        return "\(prefix)\(APIPath.prefix)\(path)"
    }

    /// The provider that the path names.
    ///
    /// - Throws: ``HTTPError`` 404 when there is none.
    static func provider(_ call: APICall) async throws -> SignOnProvider {
        try await call.services.signOn.provider(try call.parameter("provider", name), call)
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let configuration = call.services.configuration
        return .data(
            .array(
                configuration.signOn.providers.map { provider in
                    .object([
                        "name": .string(provider.name), "type": .string(provider.kind.rawValue),
                        "sign_on_url": .string(address(provider.name, configuration)),
                    ])
                }))
    }

    @Sendable private static func begin(_ call: APICall) async throws -> APIAnswer {
        let services = call.services
        try services.signOn.count(call)
        let (redirect, challenge) = (call.query["redirect_uri"], call.query["code_challenge"])
        try check(redirect, challenge, services.configuration)
        let provider = try await provider(call)
        let flow = SignOnFlow(
            provider: provider.key, state: services.secrets.make(.oneTime), nonce: services.secrets.make(.oneTime),
            verifier: services.secrets.make(.oneTime), redirect: redirect, challenge: challenge,
            invitation: call.query["invitation_token"],
            end: call.now.advanced(by: services.signOn.configuration.lifetime))
        let address: String
        do {
            address = try await services.signOn.service(provider).address(flow.request(services))
        } catch let failure as SignOnFailure {
            try await SignOnRecord.fail(failure, at: provider, call)
            throw failure.problem
        }
        return APIAnswer(headers: [.location: address, .setCookie: try flow.field(services)])
    }

    /// Makes sure that the browser is only sent where the operator allows, and that what it brings there is of use to
    /// nobody but the client that has begun.
    private static func check(
        _ redirect: String?, _ challenge: String?, _ configuration: PlatformConfiguration
    ) throws {
        let allowed = configuration.signOn.redirects + PlatformPages.signOnReturns(configuration)
        if let redirect, !allowed.contains(redirect) {
            let detail = "This address is not among those that the operator of the platform allows."
            throw PlatformError.invalid([SchemaProblem(pointer: "redirect_uri", detail: detail)])
        }
        guard redirect == nil || challenge != nil else {
            let detail = "This must be given with redirect_uri."
            throw PlatformError.invalid([SchemaProblem(pointer: "code_challenge", detail: detail)])
        }
    }
}

extension SignOnFlow {
    /// What the provider is told, and what its answer is compared with.
    func request(_ services: PlatformServices) -> SignOnRequest {
        SignOnRequest(
            callback: SignOnRoutes.callback(provider, services.configuration), state: state, nonce: nonce,
            verifier: verifier)
    }
}
