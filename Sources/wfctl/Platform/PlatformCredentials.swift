import Foundation
import WorkflowCommandLine
import WorkflowCore

/// What a command shows to a platform: a token that stays, or that of a session, which is renewed in time.
actor PlatformCredentials {
    /// How many seconds before its end an access token is renewed.
    private static let margin = 30

    private let url: String
    /// The context that the session belongs to; `nil` for a token that stays.
    private let context: String?
    private var access: String?
    private var expiresAt: Int?

    init(_ target: ManagementOptions.Target) {
        url = target.address.url
        access = target.token
        let isSession = target.isOwnToken && target.entry?.refreshToken != nil
        context = isSession ? target.name : nil
        expiresAt = isSession ? target.entry?.expiresAt : nil
    }

    /// The token for the next request; `nil` when there is none.
    ///
    /// - Throws: ``CommandFailure`` when the session has ended.
    func token() async throws -> String? {
        if let expiresAt, expiresAt - Self.margin <= Self.now { return try await renew() }
        return access
    }

    /// Another token after one that was refused; `nil` when there is none.
    ///
    /// - Throws: ``CommandFailure`` when the session has ended.
    func token(after refused: String?) async throws -> String? {
        guard context != nil else { return nil }
        return access == refused ? try await renew() : access
    }

    private static var now: Int { Int(Date().timeIntervalSince1970) }

    /// Renews the session. A refresh token works once, and one that is used again ends the session: so nobody else
    /// renews it meanwhile, and what another process has renewed is taken over.
    private func renew() async throws -> String? {
        guard let context else { return access }
        let known = access
        let entry = try await ServerContexts.change { contexts in
            var entry = try contexts.entry(context)
            guard entry.url == url, let refreshToken = entry.refreshToken else { throw ended(context) }
            if entry.token != known { return entry }
            // Cut off here, the old token would be used up and the new one lost.
            let before = signal(SIGINT, SIG_IGN)
            defer { signal(SIGINT, before) }
            let client = ManagementClient(url: url, token: nil)
            let answer = try await client.send(
                "POST", "\(PlatformClient.prefix)/auth/refresh",
                body: JSONValue.object(["refresh_token": .string(refreshToken)]).jsonBytes(),
                headers: [("content-type", "application/json")], seconds: 10)
            if answer.status == 401 { throw ended(context) }
            try entry.take(answer.expectSuccess()["data"], of: answer)
            contexts.set(context, entry)
            try contexts.save()
            return entry
        }
        access = entry.token
        expiresAt = entry.expiresAt
        return access
    }

    private nonisolated func ended(_ context: String) -> CommandFailure {
        CommandFailure(.notLoggedIn, "The session at \(url) has ended.", hint: "run `wfctl login \(context)`")
    }
}

extension ContextEntry {
    /// Takes the tokens of a session over.
    ///
    /// - Throws: ``CommandFailure`` when they are none.
    mutating func take(_ tokens: JSONValue?, of answer: ManagementAnswer) throws {
        guard let access = tokens?["access_token"]?.stringValue, let refresh = tokens?["refresh_token"]?.stringValue,
            let lifetime = tokens?["expires_in"]?.intValue
        else { throw answer.notUnderstood("the answer has no tokens") }
        (token, refreshToken) = (access, refresh)
        expiresAt = Int(Date().timeIntervalSince1970) + lifetime
    }
}
