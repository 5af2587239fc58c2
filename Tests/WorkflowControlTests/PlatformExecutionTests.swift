import Foundation
import Testing
import WorkflowCore

@testable import WorkflowPlatform

@Suite("wfctl executions on a platform", .serialized)
struct PlatformExecutionTests {
    /// A workflow whose integration asks nobody that answers.
    private static let integration = """
        name: pings
        modules:
          - {name: integrations, type: integration.registry}
        workflows:
          integration:
            registry: integrations
            connectors:
              - {name: nowhere, type: http, config: {baseURL: "http://127.0.0.1:1"}}
            workflows:
              ping:
                steps:
                  - {name: get, connector: nowhere, action: GET /}

        """

    @Test(
        "starts runs, and shows and repeats them",
        .enabled(if: APIRoutes.all.contains { $0.name == "listLogs" }, "the routes are there"))
    func executions() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.withWorkflow()
        try fixture.control.write(Self.integration, "pings.yaml")
        for command in [
            ["workflows", "create", "pings", "--file", "pings.yaml"], ["workflows", "deploy", "pings", "--yes"],
        ] {
            let result = try await fixture.wfctl(command)
            #expect(result.status == 0, "\(command): \(result.errors)")
        }
        let none = try await fixture.wfctl("executions", "list", "--workflow", "pings")
        #expect(none.errors == "There are no such executions.\n")
        let begun = try await fixture.wfctl(
            "executions", "trigger", "pings", "--part", "integration", "--action", "ping", "--data", #"{"a": 1}"#,
            "-o", "json")
        #expect(begun.status == 0, "\(begun.errors)")
        let id = try #require(try begun.json["id"]?.stringValue)
        try await eventually("the run has failed") {
            try await fixture.wfctl("executions", "show", id, "-o", "json").json["status"] == "failed"
        }
        let steps = try await fixture.wfctl("executions", "steps", id)
        #expect(steps.lines.first?.split(separator: " ") == ["NR", "STEP", "TYPE", "STATUS", "TOOK", "ERROR"])
        #expect(steps.lines.dropFirst().first?.hasPrefix("1   get ") == true)
        let failed = try await fixture.wfctl("executions", "list", "--workflow", "pings", "--status", "failed")
        #expect(failed.lines.dropFirst().first?.hasPrefix(id) == true)
        let cancelled = try await fixture.wfctl("executions", "cancel", id, "--yes")
        #expect(cancelled.status == 3)
        let again = try await fixture.wfctl("executions", "retry", id, "-o", "json")
        #expect(try again.json["origin_id"]?.stringValue == id)
        try await eventually("the failure is in the log") {
            let log = try await fixture.wfctl("workflows", "logs", "pings", "--level", "warn", "--limit", "1")
            guard log.output.contains(#/^\S+Z WARN   nowhere: Module operation failed error=/#) else { return false }
            let all = try await fixture.wfctl("workflows", "logs", "pings", "--level", "info", "--limit", "1")
            return all.errors.hasPrefix("There are more: --cursor ")
        }
        let wrong = try await fixture.wfctl("workflows", "logs", "pings", "--level", "loud")
        #expect(wrong.status == 64)
        let missing = try await fixture.wfctl("executions", "show", UUID().uuidString.lowercased())
        #expect(missing.status == 5)
        try await fixture.stop()
    }

    @Test("says that the workflow, or a platform, must be named")
    func unclear() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.login()
        let unnamed = try await fixture.wfctl("executions", "list")
        #expect(unnamed.status == 64)
        #expect(unnamed.errors.hasPrefix("error: It is not clear which workflow is meant.\n"))
        let token = try #require(try fixture.entry("ada")["token"]?.stringValue)
        let unknown = try await fixture.wfctl(
            "executions", "list", "--server", fixture.url,
            environment: ["WFCTL_TOKEN": token, "XDG_CONFIG_HOME": "\(fixture.control.folder)/other"])
        #expect(unknown.errors == unnamed.errors, "what answers at the address is found out")
        try await fixture.stop()
        let (server, url) = try await fixture.control.serve()
        #expect(
            try await fixture.wfctl("login", "single", "--server", url, "--token-file", ".workflow/management-token")
                .status == 0)
        let single = try await fixture.wfctl("executions", "trigger", "orders")
        #expect(single.status == 64)
        #expect(single.errors.hasPrefix("error: \(url) is a single server, and this command is for a platform.\n"))
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }
}
