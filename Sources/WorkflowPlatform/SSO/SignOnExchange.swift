import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Exchanges the code of a sign-in for the tokens of a session.
enum SignOnExchange {
    @Sendable static func handle(_ call: APICall) async throws -> APIAnswer {
        let services = call.services
        try services.signOn.count(call)
        let hash = SecretTokens.hash(try call.requiredText("sign_on_code"))
        let found = try await services.database.read { connection -> (code: SignOnTable.Code, user: User)? in
            guard let code = try SignOnTable.find(codeHash: hash, now: call.now, connection),
                let user = try UserTable.find(code.user, connection), user.isActive
            else { return nil }
            return (code, user)
        }
        guard let (code, user) = found, isRight(call.text("code_verifier"), code) else { throw refusal }
        let signIn = { @Sendable (connection: any SQLConnection) throws -> SessionStart.Begun in
            guard try SignOnTable.use(codeHash: hash, connection),
                try UserTable.noteLogin(of: user.id, at: call.now, connection)
            else { throw refusal }
            let details: JSONObject = ["provider": .string(code.origin.provider)]
            var event = call.event("auth.login", "user", user.id.text, details)
            event.user = user.id
            try SignOnRecord.append(event, of: user.id, code.origin, call, connection)
            return try SessionStart.begin(user.id, call, connection, by: code.origin)
        }
        guard code.origin.company == nil else {
            // What the company asks for besides is for its provider to ask.
            return try await answer(try await services.database.write(signIn), call)
        }
        guard let begun = try await SecondFactor.check(user, call, signIn) else {
            try await fail(user, code, call)
            throw PlatformError.unauthenticated("The code of the second factor is wrong.")
        }
        return try await answer(begun, call)
    }

    private static var refusal: HTTPError {
        PlatformError.unauthenticated("The code of the sign-in does not work; begin again.")
    }

    private static func answer(_ begun: SessionStart.Begun, _ call: APICall) async throws -> APIAnswer {
        .data(.object(try await SessionStart.tokens(begun, call)))
    }

    /// Whether the client is the one that has begun, if it has given a sign by which it is recognised.
    private static func isRight(_ verifier: String?, _ code: SignOnTable.Code) -> Bool {
        guard let challenge = code.challenge else { return verifier == nil }
        guard let verifier else { return false }
        return SecretTokens.hash(CodeChallenge.make(verifier)) == SecretTokens.hash(challenge)
    }

    private static func fail(_ user: User, _ code: SignOnTable.Code, _ call: APICall) async throws {
        let details: JSONObject = ["reason": "second factor", "provider": .string(code.origin.provider)]
        var event = call.event("auth.login-failed", "user", user.id.text, details)
        event.user = user.id
        try await call.services.database.write { [event] connection in
            try SignOnRecord.append(event, of: user.id, code.origin, call, connection)
        }
    }
}
