import Foundation
import WorkflowCommandLine
import WorkflowCore

/// Signs in to a platform.
struct PlatformLogin {
    let address: ServerAddress
    /// Whose account; `nil` to sign in by the code of a device.
    let email: String?
    /// The code of the second factor, if it is known already.
    let code: String?
    let noInput: Bool

    private var client: ManagementClient { ManagementClient(url: address.url, token: nil) }

    /// Signs in.
    ///
    /// - Returns: What is kept with the context.
    /// - Throws: ``CommandFailure``.
    func run() async throws -> ContextEntry {
        let answer =
            if let email {
                try await passwordLogin(email)
            } else {
                try await DeviceLogin(client: client, noInput: noInput).run()
            }
        var entry = ContextEntry(url: address.url, kind: .platform)
        try entry.take(answer.expectSuccess()["data"], of: answer)
        return try await Self.identified(entry)
    }

    /// Tries an API key.
    ///
    /// - Returns: What is kept with the context.
    static func run(key: String, _ address: ServerAddress) async throws -> ContextEntry {
        try await identified(ContextEntry(url: address.url, kind: .platform, token: key))
    }

    /// The entry with the account, and with the company when there is just one.
    private static func identified(_ entry: ContextEntry) async throws -> ContextEntry {
        var entry = entry
        let client = ManagementClient(url: entry.url, token: entry.token)
        let user = try await client.send("GET", "\(PlatformClient.prefix)/auth/me").data("account")
        entry.user = user["email"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } ?? user["display_name"]?.stringValue
        let companies = try await client.send("GET", "\(PlatformClient.prefix)/companies?page_size=2").data("account")
        if let all = companies.arrayValue, all.count == 1 { entry.company = PlatformItem(json: all[0]).place }
        return entry
    }

    private func passwordLogin(_ email: String) async throws -> ManagementAnswer {
        guard !Terminal.input.isInteractive || !noInput else {
            throw CommandFailure(.usage, "There is nobody to ask for the password.", hint: "give it on standard input")
        }
        let password = try Prompt.secret("Password of \(email) (not shown): ", "password")
        let first = try await send(email, password, code)
        guard first.status == 401, first.problem == "second-factor-required" else { return try checked(first) }
        guard Terminal.input.isInteractive, !noInput else {
            throw CommandFailure(.notLoggedIn, "The account asks for a second factor.", hint: "pass --code")
        }
        let code = try Prompt.line("Code of your app, or a recovery code: ", "code")
        return try checked(try await send(email, password, code))
    }

    private func send(_ email: String, _ password: String, _ code: String?) async throws -> ManagementAnswer {
        var body: JSONObject = ["email": .string(email), "password": .string(password)]
        if let code { body["code"] = .string(code) }
        return try await client.send(
            "POST", "\(PlatformClient.prefix)/auth/login", body: JSONValue.object(body).jsonBytes(),
            headers: [("content-type", "application/json")])
    }

    private func checked(_ answer: ManagementAnswer) throws -> ManagementAnswer {
        guard answer.status == 401 else { return answer }
        throw CommandFailure(
            .notLoggedIn, answer.detail ?? "The platform at \(address.url) does not let you in.",
            hint: "look at the address, the password and the code again")
    }
}

extension ManagementAnswer {
    /// The last part of the type of a problem.
    var problem: String? {
        do {
            return try JSONValue(parsing: bytes)["type"]?.stringValue?.split(separator: ":").last.map(String.init)
        } catch {
            return nil
        }
    }
}
