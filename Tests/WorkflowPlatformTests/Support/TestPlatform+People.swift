import HTTPTypes
import WorkflowCore

@testable import WorkflowPlatform

extension TestPlatform {
    /// The tokens of a session.
    struct Tokens: Sendable {
        let access: String
        let refresh: String

        init(_ answer: TestAnswer) throws {
            access = try answer.data["access_token"]?.stringValue ?? ""
            refresh = try answer.data["refresh_token"]?.stringValue ?? ""
        }
    }

    static let password = "correct horse battery"

    /// Sets the platform up.
    ///
    /// - Returns: The tokens of the owner, and the company.
    func setUp(email: String = "owner@example.com") async throws -> (tokens: Tokens, company: String) {
        let answer = try await send(
            .post, "/setup",
            [
                "token": .string(platform.setupToken ?? ""), "email": .string(email),
                "password": .string(Self.password), "display_name": "Olga", "company_name": "Acme",
            ])
        let tokens = try Tokens(answer)
        let companies = try await send(.get, "/companies", token: tokens.access)
        return (tokens, try companies.data[0]?["id"]?.stringValue ?? "")
    }

    /// Signs in.
    func login(
        _ email: String, _ password: String = password, code: String? = nil, address: String = "192.0.2.1"
    ) async throws -> TestAnswer {
        var body: JSONValue = ["email": .string(email), "password": .string(password)]
        if let code { body["code"] = .string(code) }
        return try await send(.post, "/auth/login", body, address: address)
    }

    /// Invites somebody to a company and registers them.
    func join(_ email: String, _ role: Role, _ company: String, by token: String) async throws -> Tokens {
        _ = try await send(
            .post, "/companies/\(company)/invitations", token: token,
            ["email": .string(email), "role": .string(role.rawValue)])
        return try await register(email, invitation: await mails.nextToken())
    }

    /// Makes an account.
    func register(_ email: String, invitation: String? = nil) async throws -> Tokens {
        var body: JSONValue = [
            "email": .string(email), "password": .string(Self.password), "display_name": .string(email),
        ]
        if let invitation { body["invitation_token"] = .string(invitation) }
        return try Tokens(try await send(.post, "/auth/register", body))
    }

    /// The actions in the audit log of a company, oldest first.
    func actions(_ company: String, token: String) async throws -> [String] {
        let answer = try await send(.get, "/companies/\(company)/audit?page_size=100", token: token)
        return (try answer.data.arrayValue ?? []).reversed().compactMap { $0["action"]?.stringValue }
    }

    /// The identifier of whoever has a token.
    func userID(_ token: String) async throws -> String {
        try await send(.get, "/auth/me", token: token).data["id"]?.stringValue ?? ""
    }
}
