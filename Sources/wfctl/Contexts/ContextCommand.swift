import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl context`: names for servers.
struct ContextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context", abstract: "Gives servers names.",
        discussion:
            "They are kept with their tokens in wfctl/contexts.json of XDG_CONFIG_HOME, which only you may read.",
        subcommands: [ListContexts.self, AddContext.self, UseContext.self, RemoveContext.self])
}

/// `wfctl context list`
struct ListContexts: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the servers, without tokens.")

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
                "current": .bool(name == contexts.current),
            ]
        }
        output.write(.array(documents)) { width, style in
            var table = TextTable("name", "url", "token", "used")
            for (name, entry) in entries {
                table.add(name, entry.url, entry.token == nil ? "no" : "yes", name == contexts.current ? "*" : "")
            }
            return table.lines(width: width, style: style)
        }
    }
}

/// `wfctl context add`
struct AddContext: ParsableCommand {
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

    func run() throws {
        var contexts = try ServerContexts.load()
        let address = try ServerAddress(url)
        let before = contexts.entries[name]
        // A token is for the server that it was made for.
        let known = before?.url == address.url ? before?.token : nil
        contexts.set(name, .init(url: address.url, token: try tokenFile.map(ManagementOptions.token(in:)) ?? known))
        if contexts.current == nil { contexts.current = name }
        try contexts.save()
        let change = before.flatMap { $0.url == address.url ? nil : ", changed from \($0.url)" } ?? ""
        let use = contexts.current == name ? ", and is used from now on." : "."
        Console.note("\(name) is \(address.url)\(change)\(use)")
    }
}

/// `wfctl context use`
struct UseContext: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "use", abstract: "Uses a server from now on.")

    @Argument(help: "The name.")
    var name: String

    func run() throws {
        var contexts = try ServerContexts.load()
        let entry = try contexts.entry(name)
        contexts.current = name
        try contexts.save()
        Console.note("\(name) (\(entry.url)) is used from now on.")
    }
}

/// `wfctl context remove`
struct RemoveContext: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Forgets a server and its token.")

    @Argument(help: "The name.")
    var name: String

    @OptionGroup var confirmation: ConfirmationOptions

    func run() throws {
        var contexts = try ServerContexts.load()
        let entry = try contexts.entry(name)
        try confirmation.confirm("Forget \(name) (\(entry.url)) and its token?")
        contexts.remove(name)
        try contexts.save()
        Console.note("\(name) is forgotten.")
    }
}
