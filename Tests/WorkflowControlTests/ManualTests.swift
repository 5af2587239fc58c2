import Foundation
import Testing

@Suite("The manual of the programs")
struct ManualTests {
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
    }

    /// Writes everything anew.
    private func generate() async throws {
        let server = try Program("wfserver", ["--experimental-dump-help"], in: fixture.folder)
        #expect(try await server.exitStatus() == 0)
        try fixture.write(server.standardOutput, "wfserver.json")
        let result = try await fixture.run("generate-manual", "fresh", "--program", "wfserver.json")
        try #require(result.status == 0, "\(result.errors)")
        #expect(result.output == "Wrote docs/cli.md and man/wfctl.1, man/wfserver.1 to fresh.\n")
    }

    private func fresh(_ name: String) throws -> String {
        try String(contentsOfFile: "\(fixture.folder)/fresh/\(name)", encoding: .utf8)
    }

    @Test("docs/cli.md and man/ are what the commands declare; Scripts/generate-docs writes them")
    func drift() async throws {
        try await generate()
        for name in ["docs/cli.md", "man/wfctl.1", "man/wfserver.1"] {
            let kept = try String(contentsOfFile: "\(Program.packageFolder)/\(name)", encoding: .utf8)
            #expect(try fresh(name) == kept, "\(name) is stale: run Scripts/generate-docs and commit the result")
        }
    }

    @Test("every command and option of the help is there")
    func completeness() async throws {
        try await generate()
        let (page, reference) = (try fresh("man/wfctl.1"), try fresh("docs/cli.md"))
        for command in ["validate", "api", "graph", "component new", "component run", "deploy", "context add"] {
            #expect(page.contains("\n.SS wfctl \(command)\n"), "\(command)")
            #expect(reference.contains("\n### wfctl \(command)\n"), "\(command)")
        }
        let help = try await fixture.run("component", "run", "--help")
        for option in help.output.matches(of: #/--[a-z-]+/#).map({ String($0.output) }) {
            #expect(reference.contains("`\(option)`") || option == "--help", "\(option)")
            #expect(page.contains(option.replacing("-", with: #"\-"#)), "\(option)")
        }
        #expect(reference.contains("### wfserver run\n"))
        #expect(reference.contains("| 75 | it took longer than allowed |"))
        #expect(try fresh("man/wfserver.1").contains(".SS wfserver run\n"))
        #expect(!reference.contains("generate-manual"))
        #expect(try await fixture.run("--help").output.contains("generate-manual") == false)
    }

    @Test("the usage of every command fits a line of 80 columns")
    func usage() async throws {
        try await generate()
        let commands = try fresh("docs/cli.md").matches(of: #/\n### wfctl ([a-z -]+)\n/#).map { String($0.1) }
        #expect(commands.count > 40)
        for command in commands {
            let help = try await fixture.run(arguments: command.split(separator: " ").map(String.init) + ["--help"])
            let usage = try #require(help.lines.first { $0.hasPrefix("USAGE: ") }, "\(command)")
            #expect(usage.hasPrefix("USAGE: wfctl \(command)"))
            #expect(usage.count <= 80, "\(usage)")
        }
    }

    @Test("a file that describes no program is refused")
    func refusal() async throws {
        try fixture.write("{}", "nothing.json")
        let result = try await fixture.run("generate-manual", "fresh", "--program", "nothing.json")
        #expect(result.status == 66)
        #expect(result.errors.contains("nothing.json does not hold the description of a program"))
        #expect(!FileManager.default.fileExists(atPath: "\(fixture.folder)/fresh"))
    }
}
