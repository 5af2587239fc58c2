import Foundation
import Testing
import WorkflowCore

@Suite("wfserver")
struct CommandLineTests {
    @Test("prints what it started, serves, and ends with 0 on SIGTERM")
    func runAndStop() async throws {
        try await withTemporaryFolder { folder in
            let server = try StoreFixture.start(state: folder)
            let client = try await TestClient(port: server.port())
            let products = try await client.send("GET", "/api/products")
            #expect(products.status == 200)
            #expect(products.json?.arrayValue?.count == 8)
            #expect(try await client.send("GET", "/readyz").status == 200)
            for word in ["modules", "listener", "route", "order-processing"] {
                #expect(server.standardOutput.contains(word), "the summary names \(word)")
            }
            #expect(server.standardOutput.split(separator: "\n").allSatisfy { $0.count <= 100 })
            server.kill(SIGTERM)
            #expect(try await server.exitStatus() == 0)
            #expect(!server.standardError.contains("only good for tests"), "the secret must not be logged")
        }
    }

    @Test("goes on serving for a while after it has said that it is not ready")
    func servesWhileNotReady() async throws {
        try await withTemporaryFolder { folder in
            let server = try StoreFixture.start(state: folder, extra: ["--drain-delay-seconds", "600"])
            let client = try await TestClient(port: server.port())
            server.kill(SIGTERM)
            try await eventually(within: .seconds(60), "it is not ready") {
                try await client.send("GET", "/readyz").status == 503
            }
            #expect(try await client.send("GET", "/api/products").status == 200)
            server.kill(SIGTERM)
            #expect(try await server.exitStatus() == 130)
        }
    }

    @Test("tells everything that is wrong with file, line and column, and ends with 65")
    func wrongConfiguration() async throws {
        try await withTemporaryFolder { folder in
            let file = "\(folder)/app.yaml"
            let yaml = """
                modules:
                  - name: web
                    type: http.sever
                  - name: router
                    type: http.router
                    config:
                      prefixx: /api
                  - name: orders
                    type: api.handler
                    config:
                      workflowEngine: engin
                  - name: engine
                    type: statemachine.engine
                """
            try yaml.write(toFile: file, atomically: true, encoding: .utf8)
            let server = try ServerProcess(["run", file, "--state", "none"])
            #expect(try await server.exitStatus() == 65)
            let text = server.standardError
            #expect(text.contains("\(file):2:5: error: modules[0].type: unknown module type \"http.sever\""))
            #expect(text.contains("did you mean \"http.server\"?"))
            #expect(text.contains("\(file):7:7: error: modules[1].config.prefixx: unknown key \"prefixx\""))
            #expect(text.contains("did you mean \"prefix\"?"))
            #expect(text.contains("did you mean \"engine\"?"))
            #expect(text.contains("3 errors"))
        }
    }

    @Test("names the address that is in use and ends with 69")
    func portInUse() async throws {
        try await withTemporaryFolder { folder in
            let first = try StoreFixture.start(state: "\(folder)/a")
            let port = try await first.port()
            let second = try ServerProcess(
                ["run", StoreFixture.file, "--state", "\(folder)/b", "--management-address", "none"],
                environment: [
                    "HOST": "127.0.0.1", "PORT": "\(port)", "JWT_SECRET": "a secret that is only good for tests",
                ])
            #expect(try await second.exitStatus() == 69)
            #expect(second.standardError.contains("127.0.0.1:\(port)"))
            #expect(second.standardError.contains("in use"))
        }
    }

    @Test("says which environment variable is missing")
    func missingVariable() async throws {
        let server = try ServerProcess(
            ["run", StoreFixture.file, "--state", "none"], environment: ["JWT_SECRET": ""])
        #expect(try await server.exitStatus() == 65)
    }

    @Test("refuses a second process on the same state and names the first")
    func sameState() async throws {
        try await withTemporaryFolder { folder in
            let first = try StoreFixture.start(state: folder)
            _ = try await first.port()
            let second = try StoreFixture.start(state: folder)
            #expect(try await second.exitStatus() == 69)
            #expect(second.standardError.contains("\(first.identifier)"))
        }
    }
}
