#if SQLite
import Foundation
import Testing
import WorkflowCore
import WorkflowPlatform

/// Files that belong to a deployment, such as scripts.
@Suite struct DeploymentFilesTests {
    private static let seeded = """
        modules:
          - {name: server, type: http.server}
          - {name: router, type: http.router}
          - {name: things, type: api.handler, config: {resourceName: things, seedFile: data/seed.json}}
        workflows:
          http:
            routes: [{method: GET, path: "/things/{id}", handler: things}]
        """
    private static let scripted = """
        modules:
          - {name: server, type: http.server}
          - {name: router, type: http.router}
          - {name: script, type: dynamic.component, config: {source: greet.js, limits: {memory: 64MB}}}
          - {name: hello, type: http.handler, config: {body: hello}}
        workflows:
          http:
            routes: [{method: GET, path: /hello, handler: hello}]
        """

    @Test func `A workflow reads its own files and no others`() async throws {
        try await withStateFolder { folder in
            try await withEngines(provider: FolderStores(folder: folder)) { engines in
                let seed = #"[{"id": "one", "data": {"n": 1}}]"#
                try await engines.manager.deploy(
                    try deployment("a", Self.seeded, files: ["data/seed.json": seed, "unused.txt": "x"]))
                #expect(try await engines.get("/w/a/things/one").json["data"]?["n"] == 1)

                let id = try workflowID("a")
                let stolen = Self.seeded.replacing("data/seed.json", with: "../../\(id)/files/data/seed.json")
                let error = await #expect(throws: DeploymentError.self) {
                    try await engines.manager.deploy(try deployment("b", stolen))
                }
                #expect(error?.issues.count == 1)
                #expect(error?.issues.first?.message.contains("leads out of the folder of the configuration") == true)
                let missing = await #expect(throws: DeploymentError.self) {
                    try await engines.manager.deploy(try deployment("b", Self.seeded))
                }
                #expect(missing?.issues.isEmpty == false)
                #expect(missing?.description.contains(folder) == false)
            }
        }
    }

    @Test func `A workflow serves its own files, those of its version`() async throws {
        let yaml = application("type: static.fileserver\n    config: {root: public}", path: "/{path...}")
        try await withStateFolder { folder in
            try await withEngines(provider: FolderStores(folder: folder)) { engines in
                try await engines.manager.deploy(
                    try deployment("a", yaml, files: ["public/page.html": "first", "private.txt": "hidden"]))
                #expect(try await engines.get("/w/a/page.html").body == "first")
                #expect(try await engines.get("/w/a/private.txt").status == 404)
                #expect(try await engines.get("/w/a/%2e%2e/private.txt").status == 400)
                try await engines.manager.deploy(
                    try deployment("a", version: 2, yaml, files: ["public/page.html": "the second one"]))
                // Files that are served are looked at anew after a moment.
                try await until { try await engines.get("/w/a/page.html").body == "the second one" }
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/\(try workflowID("a"))/files/private.txt"))
            }
        }
    }

    @Test(arguments: ["../x", "/etc/x", "a//b", ".hidden", "a/../b", "workflow.yaml", "a b", ""])
    func `Names that are no files of the deployment are refused`(name: String) async throws {
        try await withStateFolder { folder in
            try await withEngines(provider: FolderStores(folder: folder)) { engines in
                let wrong = try deployment("a", saying("x"), files: [name: "text"])
                let error = await #expect(throws: DeploymentError.self) { try await engines.manager.deploy(wrong) }
                #expect(error?.issues.first?.message.hasPrefix("\"\(name)\" ") == true)
                #expect(!FileManager.default.fileExists(atPath: "\(folder)/\(wrong.workflow)/files"))
            }
        }
    }

    @Test func `A script that changes is loaded, and put back when its version fails`() async throws {
        try await withStateFolder { folder in
            let loaded = LoadedScripts()
            let provider = FolderStores(folder: folder, scripts: { RecordingScripts(loaded: loaded) })
            try await withEngines(provider: provider) { engines in
                try await engines.manager.deploy(try deployment("a", Self.scripted, files: ["greet.js": "one"]))
                try await engines.manager.deploy(
                    try deployment("a", version: 2, Self.scripted, files: ["greet.js": "two"]))
                #expect(loaded.texts == ["one", "two"])
                let error = await #expect(throws: DeploymentError.self) {
                    try await engines.manager.deploy(
                        try deployment("a", version: 3, Self.scripted, files: ["greet.js": "broken"]))
                }
                #expect(error?.description.contains("the script is broken") == true)
                let kept = "\(folder)/\(try workflowID("a"))/files/greet.js"
                #expect(try String(contentsOfFile: kept, encoding: .utf8) == "two")
                // The same once more is no change.
                try await engines.manager.deploy(
                    try deployment("a", version: 4, Self.scripted, files: ["greet.js": "two"]))
                #expect(loaded.texts == ["one", "two"])
            }
            #expect(loaded.runtimesInUse == 0)
        }
    }

    @Test func `A script that asks for more memory than the limit is refused`() async throws {
        try await withStateFolder { folder in
            let provider = FolderStores(folder: folder, scripts: { RecordingScripts(loaded: LoadedScripts()) })
            try await withEngines(provider: provider) { engines in
                var limits = DeploymentLimits()
                limits.scriptMemoryBytes = 32 << 20
                let greedy = try deployment("a", Self.scripted, files: ["greet.js": "one"], limits: limits)
                let error = await #expect(throws: DeploymentError.self) { try await engines.manager.deploy(greedy) }
                let reason = "asks for 67108864 bytes of memory, more than the limit of 33554432; set limits.memory."
                #expect(error?.message.contains(reason) == true)
                #expect(await engines.manager.status(of: greedy.workflow)?.state == .failed)
            }
        }
    }

    @Test func `A check leaves no files behind, and a plan tells what changes`() async throws {
        try await withStateFolder { folder in
            try await withEngines(provider: FolderStores(folder: folder)) { engines in
                let first = try deployment("a", Self.seeded, files: ["data/seed.json": "[]"])
                try await engines.manager.validate(first)
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(first.workflow)") == [])
                #expect(try await engines.manager.plan(first) == nil)
                try await engines.manager.deploy(first)
                let second = try deployment("a", version: 2, saying("hello"))
                let plan = try #require(try await engines.manager.plan(second))
                #expect(plan.text().contains("things"))
                let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(first.workflow)")
                #expect(names.contains("files"))
                #expect(names.allSatisfy { !$0.contains("check") })
            }
        }
    }

    @Test func `What was kept of a workflow is removed with it`() async throws {
        try await withStateFolder { folder in
            try await withEngines(provider: FolderStores(folder: folder)) { engines in
                try await engines.manager.deploy(
                    try deployment("a", Self.seeded, files: ["data/seed.json": #"[{"id": "one", "data": {}}]"#]))
                try await engines.manager.remove(try workflowID("a"))
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
                #expect(await engines.manager.statuses() == [])
                try await engines.manager.deploy(
                    try deployment("a", Self.seeded, files: ["data/seed.json": "[]"]))
                #expect(try await engines.get("/w/a/things/one").status == 404)
            }
        }
    }
}
#endif
