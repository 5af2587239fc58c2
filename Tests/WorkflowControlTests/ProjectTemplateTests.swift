import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing
import WorkflowCore

@Suite("wfctl init")
struct ProjectTemplateTests {
    private static let names = ["hello", "api", "store", "events", "integration", "scheduled", "embedded-swift"]
    private static let gallery = "\(Program.packageFolder)/Templates"
    private static let schema = "workflow.schema.json"
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
    }

    /// The files below a folder.
    private func files(in folder: String) throws -> Set<String> {
        let all = try #require(FileManager.default.enumerator(atPath: folder))
        return Set(
            all.compactMap { $0 as? String }.filter { path in
                var isDirectory: ObjCBool = false
                return FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isDirectory)
                    && !isDirectory.boolValue && !path.contains(".workflow/") && !path.contains(".build/")
            })
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test("the gallery is what stands in Templates")
    func gallery() async throws {
        let list = try await fixture.run("init", "--list", "-o", "json").json
        #expect(list.arrayValue?.compactMap { $0["name"]?.stringValue } == Self.names)
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.gallery).filter { $0 != "CTemplates" }
        #expect(Set(folders) == Set(Self.names))
        let table = try await fixture.run("init", "--list")
        #expect(table.lines.first == "NAME            WHAT IT IS")
        #expect(table.errors.isEmpty)
    }

    @Test("a project has the files of its template, is valid, and passes its tests", arguments: names)
    func project(_ name: String) async throws {
        let made = try await fixture.run("init", "My Shop", "--template", name)
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.lines.first == "Made my-shop from the template \(name):")
        #expect(made.lines.contains("  cd My Shop") && made.lines.contains("  wfctl test"))
        let folder = "\(fixture.folder)/My Shop"
        let paths = try files(in: "\(Self.gallery)/\(name)")
        #expect(try files(in: folder) == paths.union([Self.schema]))
        #expect(paths.isSuperset(of: ["workflow.yaml", "workflow.test.yaml", "README.md", ".gitignore", "Dockerfile"]))
        for path in paths {
            let expected = try text("\(Self.gallery)/\(name)/\(path)").replacing("project-name", with: "my-shop")
            #expect(try text("\(folder)/\(path)") == expected, "\(path)")
        }
        #expect(try text("\(folder)/workflow.yaml").hasPrefix("# yaml-language-server: $schema=\(Self.schema)\n"))
        #expect(try JSONValue(parsing: text("\(folder)/\(Self.schema)"))["$schema"] != nil)
        #expect(try text("\(folder)/.gitignore").contains("\n.workflow/\n"))
        let validation = try await fixture.run("validate", "My Shop/workflow.yaml")
        #expect(validation.status == 0, "\(validation.output)")
        let tests = try await fixture.run("test", "My Shop", "-o", "json")
        #expect(tests.status == 0, "\(tests.output)")
    }

    @Test("a project starts, answers and stops", arguments: names.dropLast())
    func start(_ name: String) async throws {
        #expect(try await fixture.run("init", "app", "--template", name).status == 0)
        let server = try Program(
            "wfctl", ["run", "--management-address", "none"], in: "\(fixture.folder)/app",
            environment: ["HOST": "127.0.0.1", "PORT": "0"])
        try await eventually("the application is ready") {
            try #require(server.isRunning, "\(server.standardError)")
            return server.standardOutput.contains("listener")
        }
        let url = server.standardOutput.firstMatch(of: #/listener +(http://127\.0\.0\.1:\d+)/#)
        let health = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: String(try #require(url).1) + "/healthz"), timeout: .seconds(30))
        #expect(health.status == .ok)
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }

    @Test("leaves a folder with files alone, unless it is forced")
    func folderWithFiles() async throws {
        try fixture.write("mine\n", "workflow.yaml")
        try fixture.write("also mine\n", "notes.txt")
        let refused = try await fixture.run("init", "--template", "hello")
        #expect(refused.status == 64)
        #expect(refused.output.isEmpty)
        #expect(refused.errors.hasPrefix("error: This folder is not empty: it has notes.txt and 1 other.\n    hint: "))
        #expect(try text("\(fixture.folder)/workflow.yaml") == "mine\n")
        #expect(try await fixture.run("init", "--template", "hello", "--force").status == 0)
        #expect(try text("\(fixture.folder)/workflow.yaml").contains("http.server"))
        #expect(try text("\(fixture.folder)/notes.txt") == "also mine\n")
        let file = try await fixture.run("init", "notes.txt", "--template", "hello", "--force")
        #expect(file.status == 73)
        #expect(file.errors.hasPrefix("error: notes.txt is a file."))
    }

    @Test("a folder that only Git knows is empty, and without a template there is a default")
    func emptyFolder() async throws {
        try FileManager.default.createDirectory(atPath: "\(fixture.folder)/new/.git", withIntermediateDirectories: true)
        let made = try await fixture.run("init", "new", "-o", "json")
        #expect(made.status == 0)
        #expect(try made.json["template"] == "hello")
        #expect(try made.json["next"] == ["cd new", "wfctl test", "wfctl dev"])
        #expect(try made.json["files"]?.arrayValue?.contains("components/writer.js") == true)
    }

    @Test("suggests a template for a wrong name, and makes nothing")
    func unknownTemplate() async throws {
        let wrong = try await fixture.run("init", "shop", "--template", "stroe")
        #expect(wrong.status == 64)
        #expect(wrong.errors == "error: There is no template \"stroe\".\n    hint: did you mean \"store\"?\n")
        #expect(!FileManager.default.fileExists(atPath: "\(fixture.folder)/shop"))
    }
}
