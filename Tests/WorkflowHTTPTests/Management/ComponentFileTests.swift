import Foundation
import Testing
import WorkflowCore
import WorkflowModules

@testable import WorkflowHTTP

@Suite("The file of a component")
struct ComponentFileTests {
    @Test(arguments: [false, true])
    func `a file that cannot be written leaves everything as it was`(isReplaced: Bool) async throws {
        try await ComponentFixture.run { app async throws in
            app.folder.remove("scripts/tool.js")
            if isReplaced {
                // A folder in place of the file: only the last step fails.
                try app.folder.write("", to: "scripts/tool.js/inside")
            } else {
                try FileManager.default.removeItem(atPath: "\(app.folder.path)/scripts")
            }
            let response = try await app.put("answer two")
            #expect(response.status == 409)
            let message = response.json["error"]?.stringValue ?? ""
            #expect(message.contains("scripts/tool.js cannot be written: "), "\(message)")
            #expect(try await app.output() == "one")
            #expect(try await app.send("GET", "/tool").json["source"] == "answer one")
            #expect(try await app.send("GET", "/tool/versions").json["versions"] == [])
            if isReplaced { #expect(try app.scripts == ["tool.js"]) }
        }
    }

    @Test func `a link stays a link, and the file keeps its mode`() async throws {
        try await withTemporaryDirectory { folder async throws in
            try folder.write("answer one", to: "real.js")
            try folder.write("", to: "scripts/.keep")
            try folder.link("scripts/tool.js", to: "../real.js")
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: "\(folder.path)/real.js")
            try await ComponentFixture.run(in: folder, store: InMemoryStateStore()) { app async throws in
                #expect(try await app.put("answer two").status == 200)
                let target = try FileManager.default.destinationOfSymbolicLink(
                    atPath: "\(folder.path)/scripts/tool.js")
                #expect(target == "../real.js")
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/real.js")
                #expect(attributes[.posixPermissions] as? Int == 0o640)
                #expect(try String(contentsOfFile: "\(folder.path)/real.js", encoding: .utf8) == "answer two")
            }
        }
    }

    @Test func `a change that nobody has loaded yet is not written over`() async throws {
        try await ComponentFixture.run { app async throws in
            try app.folder.write("answer edited", to: "scripts/tool.js")
            let response = try await app.put("answer two")
            #expect(response.status == 409)
            #expect(try app.file() == "answer edited")
            #expect(try await app.module.refresh())
            #expect(try await app.output() == "edited")
            #expect(try await app.put("answer two").status == 200)
        }
    }

    @Test func `a file that does not work shows in the status, and can be put right`() async throws {
        try await ComponentFixture.run { app async throws in
            try app.folder.write("syntax", to: "scripts/tool.js")
            #expect(try await app.module.refresh() == false)
            let shown = try await app.send("GET", "/tool").json
            #expect(shown["status"] == "running")
            #expect(
                shown["error"]
                    == "scripts/tool.js is not what runs: unexpected end (line 3, column 7)")
            #expect(try await app.put("answer two").status == 200)
            #expect(try await app.send("GET", "/tool").json["error"] == nil)
            #expect(try app.file() == "answer two")
        }
    }
}

extension ComponentFixture {
    /// The module of the component.
    fileprivate var module: DynamicComponentModule {
        get throws { try engine.service(DynamicComponentModule.self) }
    }
}
