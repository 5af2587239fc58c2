import ArgumentParser
import Foundation
import WorkflowCatalog
import WorkflowCommandLine
import WorkflowCore
import WorkflowOpenAPI

/// `wfctl api`: what an application answers over HTTP.
struct APICommand: AsyncParsableCommand {
    /// How the document is written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case yaml, json
    }

    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "Describes the HTTP interface of a configuration as OpenAPI 3.1.",
        usage: "wfctl api [<files> ...] [<options>]",
        discussion: """
            The document is made of what the modules tell of themselves: paths with their parameters, bodies and \
            answers, transitions of state machines, and who needs a token. Nothing is started.

            --serve shows it on a page of this machine instead, which also sends requests to the running application.
            """)

    @Argument(
        help: "Configuration files or folders; several are merged. By default workflow.yaml or app.yaml.",
        completion: .file(extensions: ["yaml", "yml"]))
    var files: [String] = []

    @Option(name: .shortAndLong, help: "yaml or json.")
    var output: Format = .yaml

    @Option(
        defaultAsFlag: 8089 as UInt16, parsing: .next,
        help: ArgumentHelp("Serve a page to try it on this port; 0 lets the system choose.", valueName: "port"))
    var serve: UInt16?

    @Option(
        help: ArgumentHelp(
            "Where the page sends requests; by default to the server of the configuration.", valueName: "url"))
    var to: String?

    func validate() throws {
        if to != nil, serve == nil { throw ValidationError("--to is for the page of --serve.") }
    }

    func run() async throws {
        let files = try ProjectFile.find(files)
        let document = try await Self.document(files)
        for note in document.notes { Console.warn(note) }
        guard let serve else {
            let format: OutputFormat = output == .json ? .json : .yaml
            Terminal.output.write(format.text(document.value) ?? "")
            return
        }
        let target = try target(document.value)
        let server = APIPageServer(port: serve, target: target) { try await Self.document(files).value }
        Terminal.output.write(try await server.start() + "\n")
        Console.note("The page sends requests to \(target). Press Ctrl-C to stop.")
        await server.run()
    }

    private static func document(_ files: [String]) async throws -> OpenAPIDocument {
        try await OpenAPIDocument(
            ConfigurationCheck.load(files), registry: StandardCatalog.registry,
            environment: ConfigurationCheck.environment)
    }

    /// The server that the page sends requests to.
    private func target(_ document: JSONValue) throws -> String {
        let servers = document["servers"]?.arrayValue?.compactMap { $0["url"]?.stringValue } ?? []
        guard let text = to ?? servers.first else {
            throw CommandFailure(
                .usage, "The configuration does not say where its server is reached.",
                hint: "name the address: --to http://127.0.0.1:8080")
        }
        guard let url = URLComponents(string: text), ["http", "https"].contains(url.scheme ?? ""),
            url.host?.isEmpty == false,
            url.query == nil, url.fragment == nil, url.user == nil
        else {
            throw CommandFailure(
                .usage, "\"\(text)\" is not the address of a server.", hint: "for example http://127.0.0.1:8080")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
