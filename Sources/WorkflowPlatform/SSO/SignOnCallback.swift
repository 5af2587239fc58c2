import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Takes browsers back from providers.
enum SignOnCallback {
    @Sendable static func handle(_ call: APICall) async throws -> APIAnswer {
        let services = call.services
        try services.signOn.count(call)
        let provider = try await SignOnRoutes.provider(call)
        let flow: SignOnFlow
        do {
            flow = try await begun(provider, call)
        } catch let failure as SignOnFailure {
            try await SignOnRecord.fail(failure, at: nil, call)
            throw failure.problem
        }
        do {
            let code = try await code(for: flow, provider, call)
            return answer(to: flow, ["sign_on_code": code], call) {
                .data([
                    "sign_on_code": .string(code),
                    "expires_in": .integer(services.signOn.configuration.codeLifetime.wholeMilliseconds / 1000),
                ])
            }
        } catch let failure as SignOnFailure {
            try await SignOnRecord.fail(failure, at: provider, call)
            guard flow.redirect != nil else { throw failure.problem }
            return answer(to: flow, ["error": failure.kind.rawValue, "error_description": failure.detail], call) {
                .nothing
            }
        }
    }

    /// The sign-in that the browser comes back from; it cannot come back from it again.
    private static func begun(_ provider: SignOnProvider, _ call: APICall) async throws -> SignOnFlow {
        let flow = try SignOnFlow.read(call, provider: provider.key, state: call.query["state"] ?? "")
        let isFirst = try await call.services.database.write { connection in
            try SignOnTable.use(stateHash: SecretTokens.hash(flow.state), until: flow.end, connection)
        }
        guard isFirst else { throw SignOnFailure(.expired, "This sign-in is over; begin again.") }
        return flow
    }

    /// Finds out who it is.
    ///
    /// - Returns: The code for tokens.
    private static func code(for flow: SignOnFlow, _ provider: SignOnProvider, _ call: APICall) async throws -> String {
        let services = call.services
        if let issuer = call.query["iss"], issuer != provider.issuer {
            throw SignOnFailure(.invalid, "The browser comes back from another provider.")
        }
        guard let code = call.query["code"] else {
            let reason = call.query["error"] == "access_denied" ? "The sign-in was cancelled." : "There is no code."
            throw SignOnFailure(.denied, "The provider has signed nobody in. \(reason)")
        }
        let proven = try await services.signOn.service(provider)
            .identity(code: code, flow.request(services), now: call.now)
        let secret = services.secrets.make(.oneTime)
        let end = call.now.advanced(by: services.signOn.configuration.codeLifetime)
        try await services.database.write { connection in
            let accounts = SignOnAccounts(provider: provider, invitation: flow.invitation, call: call)
            let user = try accounts.user(for: proven, connection)
            let code = SignOnTable.Code(user: user, origin: provider.origin, challenge: flow.challenge)
            try SignOnTable.insert(codeHash: SecretTokens.hash(secret), code, until: end, connection)
        }
        return secret
    }

    /// Sends the browser on, or answers at once where nothing waits for it.
    private static func answer(
        to flow: SignOnFlow, _ query: KeyValuePairs<String, String>, _ call: APICall, _ plain: () -> APIAnswer
    ) -> APIAnswer {
        var answer: APIAnswer
        if let redirect = flow.redirect {
            answer = APIAnswer(status: .found)
            answer.headers[.location] = FormText.append(query.map { (name: $0.key, value: $0.value) }, to: redirect)
        } else {
            answer = plain()
        }
        answer.headers[.setCookie] = SignOnFlow.removal(call.services)
        return answer
    }
}
