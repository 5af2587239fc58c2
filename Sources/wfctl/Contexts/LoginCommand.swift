import ArgumentParser
import Foundation
import WorkflowCommandLine
import WorkflowCore

/// `wfctl login`: keeps the token of a server.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Tries the token of a server and keeps it.",
        usage: "wfctl login [<name>] [<options>]",
        discussion: """
            The token is asked for, or read from --token-file or a pipe:

              wfctl login production --server https://orders.example:8081
              wfctl login --token-file .workflow/management-token
            """)

    @Argument(help: "The context to keep it in; by default the one that is used, or \"default\".")
    var name: String?

    @Option(help: "The server; by default that of the context.")
    var server: String?

    @Option(help: "A file with the token; - for standard input.", completion: .file())
    var tokenFile: String?

    @Flag(help: "Never ask; fail where an answer would be needed.")
    var noInput = false

    func run() async throws {
        var contexts = try ServerContexts.load()
        // A new name needs an address, lest a misspelt one gets the token of another server.
        if let name, server == nil { _ = try contexts.entry(name) }
        let name = name ?? contexts.current ?? "default"
        let address = try ServerAddress(server ?? contexts.entries[name]?.url ?? "http://127.0.0.1:8081")
        if address.isExposed { Console.warn("The token goes to \(address.url) without encryption; use https.") }
        let token = try readToken(for: address)
        let client = ManagementClient(url: address.url, token: token)
        _ = try await client.get("/api/workflow/status")
        contexts.set(name, .init(url: address.url, token: token))
        contexts.current = name
        try contexts.save()
        Console.note("Logged in to \(address.url); \(name) is used from now on.")
    }

    private func readToken(for address: ServerAddress) throws -> String {
        if let tokenFile { return try ManagementOptions.token(in: tokenFile) }
        guard Terminal.input.isInteractive else { return try ManagementOptions.token(in: "-") }
        guard !noInput else { throw ManagementOptions.noToken(.usage) }
        // The echo is off before the question is there, so that an early answer is not shown either.
        let text = Self.withoutEcho {
            Terminal.errors.write("Token of \(address.url) (not shown): ")
            return readLine() ?? ""
        }
        Terminal.errors.write("\n")
        let token = text.trimmingCharacters(in: .whitespaces)
        guard !token.isEmpty else { throw CommandFailure(.declined, "Nothing was changed.") }
        return token
    }

    /// Runs `body` while the terminal does not show what is typed.
    private static func withoutEcho<Result>(_ body: () -> Result) -> Result {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return body() }
        let before = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        defer {
            var restored = before
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &restored)
        }
        return body()
    }
}
