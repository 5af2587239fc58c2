import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl context`: names for servers and platforms.
struct ContextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context", abstract: "Gives servers and platforms names.",
        discussion:
            "They are kept with their tokens in wfctl/contexts.json of XDG_CONFIG_HOME, which only you may read.",
        subcommands: [ListContexts.self, AddContext.self, UseContext.self, RemoveContext.self])
}

/// `wfctl context list`
struct ListContexts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the servers and platforms, without tokens.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        let contexts = try ServerContexts.load()
        let entries = contexts.entries.sorted { $0.key < $1.key }
        if entries.isEmpty, output.output == .table {
            return Console.note("There are no contexts; add one with `wfctl context add NAME URL`.")
        }
        let documents = entries.map { name, entry -> JSONValue in
            [
                "name": .string(name), "url": .string(entry.url), "loggedIn": .bool(entry.token != nil),
                "current": .bool(name == contexts.current), "kind": entry.kind.map { .string($0.rawValue) } ?? .null,
                "user": entry.user.map { .string($0) } ?? .null,
                "company": entry.company.map { .string($0.slug) } ?? .null,
                "project": entry.project.map { .string($0.slug) } ?? .null,
            ]
        }
        output.write(.array(documents)) { width, style in
            var table = TextTable("name", "url", "kind", "token", "place", "used")
            for (name, entry) in entries {
                let place = [entry.company, entry.project].compactMap { $0?.slug }.joined(separator: "/")
                table.add(
                    name, entry.url, entry.kind?.rawValue ?? "", entry.token == nil ? "no" : "yes", place,
                    name == contexts.current ? "*" : "")
            }
            return table.lines(width: width, style: style)
        }
    }
}

/// `wfctl context add`
struct AddContext: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Gives a server a name.",
        discussion: "The first one is used from then on. A token is kept with it by --token-file or `wfctl login NAME`."
    )

    @Argument(help: "The name.")
    var name: String

    @Argument(help: "The server, such as https://orders.example:8081.")
    var url: String

    @Option(help: "A file with the token; - for standard input.", completion: .file())
    var tokenFile: String?

    func run() async throws {
        let address = try ServerAddress(url)
        let token = try tokenFile.map(ManagementOptions.token(in:))
        let (before, isUsed) = try await ServerContexts.change { contexts in
            let before = contexts.entries[name]
            // A token is for the server that it was made for.
            var entry = before.flatMap { $0.url == address.url ? $0 : nil } ?? ContextEntry(url: address.url)
            if let token { (entry.token, entry.refreshToken, entry.expiresAt) = (token, nil, nil) }
            contexts.set(name, entry)
            if contexts.current == nil { contexts.current = name }
            return (before, contexts.current == name)
        }
        let change = before.flatMap { $0.url == address.url ? nil : ", changed from \($0.url)" } ?? ""
        let use = isUsed ? ", and is used from now on." : "."
        Console.note("\(name) is \(address.url)\(change)\(use)")
    }
}

/// `wfctl context use`
struct UseContext: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "use", abstract: "Uses a server from now on.")

    @Argument(help: "The name.")
    var name: String

    func run() async throws {
        let entry = try await ServerContexts.change { contexts in
            let entry = try contexts.entry(name)
            contexts.current = name
            return entry
        }
        Console.note("\(name) (\(entry.url)) is used from now on.")
    }
}

/// `wfctl context remove`
struct RemoveContext: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Forgets a server and its token.")

    @Argument(help: "The name.")
    var name: String

    @OptionGroup var confirmation: ConfirmationOptions

    func run() async throws {
        let entry = try ServerContexts.load().entry(name)
        try confirmation.confirm("Forget \(name) (\(entry.url)) and its token?")
        try await ServerContexts.change { $0.remove(name) }
        Console.note("\(name) is forgotten.")
    }
}
