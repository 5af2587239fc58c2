import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl logout`: ends a session, and forgets its tokens.
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Ends the session on a platform, and forgets the token of a context.",
        usage: "wfctl logout [<name>]",
        discussion: "The context stays. An API key, or the token of a server, works on for others who have it.")

    @Argument(help: "The context; by default the one that is used.")
    var name: String?

    func run() async throws {
        let contexts = try ServerContexts.load()
        guard let name = name ?? contexts.current else {
            throw CommandFailure(
                .usage, "There is no context that is used.", hint: "name one; see `wfctl context list`")
        }
        let entry = try contexts.entry(name)
        if entry.refreshToken != nil { try await endSession(name, entry) }
        try await ServerContexts.change { contexts in
            guard var entry = contexts.entries[name] else { return }
            (entry.token, entry.refreshToken, entry.expiresAt, entry.user) = (nil, nil, nil, nil)
            contexts.set(name, entry)
        }
        Console.note("Logged out of \(entry.url).")
    }

    private func endSession(_ name: String, _ entry: ContextEntry) async throws {
        let target = ManagementOptions.Target(
            address: try ServerAddress(entry.url), token: entry.token, name: name, entry: entry, isOwnToken: true)
        do {
            _ = try await PlatformClient(target).send("POST", "/auth/logout").data("session")
        } catch let failure as CommandFailure where failure.status == .notLoggedIn {
            // It has ended already.
        } catch let failure as CommandFailure where failure.status == .unavailable || failure.status == .timeout {
            Console.warn("\(failure.message) The session ends by itself within a week.")
        }
    }
}
