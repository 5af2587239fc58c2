#if os(Linux)
import Foundation
import Testing
import WorkflowCore

/// A server whose state is on a medium of three megabytes, mounted for its process alone.
@Suite struct FullDiskTests {
    private static let canMount: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt",
        ]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    private static let yaml = """
        modules:
          - {name: web, type: http.server, config: {address: "127.0.0.1:0"}}
          - {name: router, type: http.router}
          - {name: notes, type: api.handler, config: {resourceName: notes}}
          - {name: health, type: health.checker}
        workflows:
          http:
            routes:
              - {method: "*", path: /notes, handler: notes}
              - {method: "*", path: "/notes/{id}", handler: notes}
        """

    @Test(.enabled(if: canMount, "needs user namespaces"), .timeLimit(.minutes(2)))
    func refusesWhatItCannotKeepAndGoesOnWhenThereIsRoom() async throws {
        try await withTemporaryFolder { folder in
            let state = folder + "/state"
            try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
            try Self.yaml.write(toFile: folder + "/app.yaml", atomically: true, encoding: .utf8)
            let mount = "mount -t tmpfs -o size=3m tmpfs \"$1\" && head -c 1m /dev/zero > \"$1/filler\" && "
            let server = try ServerProcess(
                [
                    "unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
                    mount + "exec \"$2\" run \"$3\" --state \"$1\" --management-address none", "sh", state,
                    ServerProcess.executable, folder + "/app.yaml",
                ], executable: "/usr/bin/env")
            let client = TestClient(port: try await server.port())
            let text = String(repeating: "x", count: 100_000)
            var kept: [String] = []
            var refusal: TestClient.Answer?
            while refusal == nil, kept.count < 100 {
                let answer = try await client.send("POST", "/notes", json: ["text": .string(text)])
                if answer.status == 201, let id = answer.json?["id"]?.stringValue {
                    kept.append(id)
                } else {
                    refusal = answer
                }
            }
            #expect(!kept.isEmpty)
            #expect(refusal?.status == 507)
            #expect(try await client.send("GET", "/livez").status == 200)
            for id in kept { #expect(try await client.send("GET", "/notes/\(id)").status == 200) }

            try FileManager.default.removeItem(atPath: "/proc/\(server.identifier)/root\(state)/filler")
            let answer = try await client.send("POST", "/notes", json: ["text": "there is room again"])
            #expect(answer.status == 201)
            let list = try await client.send("GET", "/notes")
            #expect(list.json?.arrayValue?.count == kept.count + 1)
            server.kill(SIGTERM)
            #expect(try await server.exitStatus() == 0)
        }
    }
}
#endif
