import Testing
import WorkflowCore

@Suite("wfctl executions")
struct OperateExecutionTests {
    @Test("lists runs, newest first and page by page, and shows their steps, also after a restart")
    func executions() async throws {
        let first = try await OperateFixture()
        let none = try await first.wfctl("executions", "list")
        #expect(none.status == 0)
        #expect(none.errors == "There are no such executions.\n")
        var ids: [String] = []
        for _ in 1...3 {
            let run = try await first.post("/api/integrations/ping/execute", [:])
            ids.insert(try #require(try run.json["executionId"]?.stringValue, "\(run.text)"), at: 0)
        }
        let fixture = try await first.restarted()
        func listed(_ arguments: String...) async throws -> [String] {
            let result = try await fixture.wfctl(["executions", "list", "-o", "json"] + arguments)
            return try result.json["executions"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
        }
        // Identifiers that are made later sort later.
        #expect(try await listed() == ids.sorted(by: >))
        let pages = try await listed("--limit", "2")
        #expect(pages.count == 2)
        #expect(try await pages + listed("--limit", "2", "--cursor", pages[1]) == ids.sorted(by: >))
        #expect(try await listed("--workflow", "ping", "--status", "failed").count == 3)
        #expect(try await listed("--workflow", "pong").isEmpty)
        #expect(try await listed("--status", "completed").isEmpty)
        let table = try await fixture.wfctl("executions", "list")
        #expect(
            table.lines.first?.split(separator: " ") == [
                "ID", "WORKFLOW", "STATUS", "STARTED", "TOOK", "ERROR",
            ])
        let shown = try await fixture.wfctl("executions", "show", ids[0], "-o", "json").json
        #expect(shown["status"] == "failed")
        let step = shown["steps"]?.arrayValue?.first
        #expect(step?["name"] == "get")
        #expect(step?["attempts"] == 1)
        #expect(step?["durationMs"]?.intValue != nil)
        #expect(step?["error"]?.stringValue?.isEmpty == false)
        let steps = try await fixture.wfctl("executions", "show", ids[0])
        #expect(
            steps.lines.contains { $0.hasPrefix("get   nowhere    failed  1      ") }, "\(steps.output)")

        let unknown = try await fixture.wfctl("executions", "show", "nothing")
        #expect(unknown.status == 5)
        #expect(unknown.errors == "error: There is no record of an execution \"nothing\".\n")
        let status = try await fixture.wfctl("executions", "list", "--status", "faild")
        #expect(status.status == 64)
        #expect(status.errors == "error: status must not be \"faild\"; did you mean \"failed\"?\n")
        #expect(try await fixture.wfctl("executions", "list", "--limit", "501").status == 64)
        try await fixture.stop()
    }
}
