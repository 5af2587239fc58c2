import ArgumentParser
import Foundation
import WorkflowCommandLine
import WorkflowCore

/// `wfctl login`: signs in to a platform, or keeps the token of a server.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Signs in to a platform, or tries the token of a server and keeps it.",
        usage: "wfctl login [<name>] [<options>]",
        discussion: """
            What answers at the address is found out. On a platform you get a code to enter on its page /device, or \
            where you are signed in already; --email signs in with a password, --token-file or WFCTL_TOKEN with an API key. For a server the \
            token is asked for, or read from --token-file or a pipe:

              wfctl login https://platform.example
              wfctl login work --server https://platform.example --email ada@acme.example
              wfctl login production --server https://orders.example:8081
              wfctl login --token-file .workflow/management-token
            """)

    @Argument(help: "The context to keep it in, by default the one that is used, or \"default\"; or an address.")
    var name: String?

    @Option(help: "The server or platform; by default that of the context.")
    var server: String?

    @Option(help: "A file with the token or the API key; - for standard input.", completion: .file())
    var tokenFile: String?

    @Option(help: "On a platform: sign in with this address and a password, asked for or read from standard input.")
    var email: String?

    // Recovery codes may begin with a hyphen.
    @Option(
        parsing: .unconditional,
        help: "On a platform: the code of the second factor, or a recovery code; asked for when it is needed.")
    var code: String?

    @Option(help: "Lets in another device that shows this code, as whoever is signed in here.")
    var approve: String?

    @OptionGroup var confirmation: ConfirmationOptions

    func validate() throws {
        if tokenFile != nil, email != nil { throw ValidationError("Pass --token-file or --email, not both.") }
        if code != nil, email == nil { throw ValidationError("--code goes with --email.") }
        if approve != nil, tokenFile != nil || email != nil {
            throw ValidationError("--approve needs you to be signed in already.")
        }
    }

    func run() async throws {
        let contexts = try ServerContexts.load()
        let (name, address) = try destination(contexts)
        if let approve { return try await letIn(approve, name, address, contexts) }
        if address.isExposed { Console.warn("What you sign in with goes to \(address.url) unencrypted; use https.") }
        var entry = try await signIn(address)
        let before = contexts.entries[name]
        if let before, before.url == entry.url, before.user == entry.user {
            (entry.company, entry.project) = (before.company ?? entry.company, before.project)
        }
        try await ServerContexts.change { [entry] contexts in
            contexts.set(name, entry)
            contexts.current = name
        }
        let user = entry.user.map { " as \($0)" } ?? ""
        let company = entry.company.map { ", company \($0.slug)" } ?? ""
        Console.note("Logged in to \(address.url)\(user); \(name)\(company) is used from now on.")
    }

    /// Where to log in, and under which name that is kept.
    private func destination(_ contexts: ServerContexts) throws -> (name: String, address: ServerAddress) {
        if let name, contexts.entries[name] == nil, name.contains(":"), server == nil {
            let address = try ServerAddress(name)
            let host = address.url.split(separator: "/").dropFirst().first.map(String.init)
            return (contexts.name(of: address) ?? host ?? "default", address)
        }
        // A new name needs an address, lest a misspelt one gets the token of another server.
        if let name, server == nil { _ = try contexts.entry(name) }
        let known = try server.flatMap { contexts.name(of: try ServerAddress($0)) }
        let name = name ?? known ?? contexts.current ?? "default"
        return (name, try ServerAddress(server ?? contexts.entries[name]?.url ?? "http://127.0.0.1:8081"))
    }

    private func signIn(_ address: ServerAddress) async throws -> ContextEntry {
        let key = try tokenFile.map(ManagementOptions.token(in:))
        guard try await PlatformProbe.kind(of: address) == .platform else {
            guard email == nil else {
                throw CommandFailure(
                    .usage, "\(address.url) is no platform, and has no accounts.", hint: "leave --email out")
            }
            let token = try key ?? readToken(for: address)
            _ = try await ManagementClient(url: address.url, token: token).get("/api/workflow/status")
            return ContextEntry(url: address.url, kind: .server, token: token)
        }
        let given = ProcessInfo.processInfo.environment["WFCTL_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        if let key = key ?? (email == nil ? given : nil) { return try await PlatformLogin.run(key: key, address) }
        return try await PlatformLogin(address: address, email: email, code: code, noInput: confirmation.noInput).run()
    }

    private func letIn(_ code: String, _ name: String, _ address: ServerAddress, _ contexts: ServerContexts)
        async throws
    {
        guard let entry = contexts.entries[name], entry.kind == .platform else {
            throw CommandFailure(
                .usage, "You are not signed in to a platform here.", hint: "name its context, or log in")
        }
        let target = ManagementOptions.Target(
            address: address, token: entry.token, name: name, entry: entry, isOwnToken: true)
        try await DeviceApproval(client: PlatformClient(target), code: code, confirmation: confirmation).run()
    }

    private func readToken(for address: ServerAddress) throws -> String {
        guard Terminal.input.isInteractive else { return try ManagementOptions.token(in: "-") }
        guard !confirmation.noInput else { throw ManagementOptions.noToken(.usage) }
        return try Prompt.secret("Token of \(address.url) (not shown): ", "token").trimmingCharacters(in: .whitespaces)
    }
}
