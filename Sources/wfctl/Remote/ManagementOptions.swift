import ArgumentParser
import Foundation
import WorkflowCommandLine

/// Which server a command is about, and how to log in there.
struct ManagementOptions: ParsableArguments {
    /// The address that `wfserver run` listens on by itself.
    private static let standardServer = "http://127.0.0.1:8081"
    /// Where `wfserver run` keeps its token.
    private static let standardTokenFile = ".workflow/management-token"

    @Option(help: "The server, such as http://127.0.0.1:8081; by default WFCTL_SERVER, or that of the context.")
    var server: String?

    @Option(help: "A file with the token; by default WFCTL_TOKEN, or that of the context.", completion: .file())
    var tokenFile: String?

    @Option(help: "A server by its name; by default WFCTL_CONTEXT, or the one of `wfctl context use`.")
    var context: String?

    /// What a command is about, before anything was sent.
    struct Target {
        let address: ServerAddress
        let token: String?
        /// The name of the context; `nil` without one.
        var name: String?
        /// What is kept with it; `nil` without a context.
        var entry: ContextEntry?
        /// Whether the token is that of the context.
        var isOwnToken = false
        /// Whether an address was given, or none at all, and not the name of a context.
        var isAddress = true
    }

    /// Finds out: flags go before variables of the environment, these before the context that is used, and that before
    /// a server on this machine.
    ///
    /// - Parameter standard: The server on this machine.
    /// - Throws: ``CommandFailure``.
    func target(standard: String = standardServer) throws -> Target {
        let variables = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        let given = try tokenFile.map(Self.token(in:)) ?? variables["WFCTL_TOKEN"]
        let contexts = try ServerContexts.load()
        func known(_ address: ServerAddress, _ name: String?, isAddress: Bool) -> Target {
            let entry = name.flatMap { contexts.entries[$0] }
            return Target(
                address: address, token: given ?? entry?.token, name: name, entry: entry, isOwnToken: given == nil,
                isAddress: isAddress)
        }
        // A name on the command line goes before an address in the environment.
        if let server = server ?? (context == nil ? variables["WFCTL_SERVER"] : nil) {
            let address = try ServerAddress(server)
            // The token of a context is for its server only.
            return known(address, contexts.name(of: address), isAddress: true)
        }
        if let name = context ?? variables["WFCTL_CONTEXT"] ?? contexts.current {
            return known(try ServerAddress(try contexts.entry(name).url), name, isAddress: false)
        }
        return Target(address: try ServerAddress(standard), token: given)
    }

    /// The server, for a command that is only for servers.
    ///
    /// - Throws: ``CommandFailure``, also when it is known to be a platform.
    func client() throws -> ManagementClient {
        let target = try target()
        if target.entry?.kind == .platform {
            throw CommandFailure(
                .usage, "\(target.address.url) is a platform, and this command is for a single server.",
                hint: "name a server with --server or --context; see `wfctl workflows --help` for platforms")
        }
        let token = try target.token ?? (target.isAddress ? Self.localToken(target.address) : nil)
        warnIfExposed(target.address, token)
        return ManagementClient(url: target.address.url, token: token)
    }

    /// Warns when others on the way could read the token.
    func warnIfExposed(_ address: ServerAddress, _ token: String?) {
        guard address.isExposed, token != nil else { return }
        Console.warn("The token goes to \(address.url) without encryption; use https.")
    }

    /// The token of a server that was started in this folder, for servers on this machine only.
    private static func localToken(_ address: ServerAddress) throws -> String? {
        guard !address.isExposed, address.url.hasPrefix("http://") else { return nil }
        guard FileManager.default.isReadableFile(atPath: standardTokenFile) else { return nil }
        return try token(in: standardTokenFile)
    }

    /// The failure when a token is wanted and nothing holds one.
    static func noToken(_ status: ExitStatus) -> CommandFailure {
        CommandFailure(status, "There is no token.", hint: "pass --token-file, or the token on standard input")
    }

    /// The token in a file; `-` is standard input.
    ///
    /// - Throws: ``CommandFailure`` when there is none.
    static func token(in file: String) throws -> String {
        let token = try InputFile.text(of: file).trimmingCharacters(in: .whitespacesAndNewlines)
        guard file != "-" || !token.isEmpty else { throw noToken(.noInput) }
        let place = file == "-" ? "standard input" : file
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw CommandFailure(.noInput, "There is no token in \(place).", hint: "it is one word on one line")
        }
        return token
    }
}
