import HTTPTypes
import Logging
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// The log of workflows, as clients see it.
@Suite(.timeLimit(.minutes(2))) struct LogTests {
    @Test(arguments: TestDatabase.allCases)
    func linesOfADeployedWorkflowAreKeptWithoutItsSecrets(kind: TestDatabase) async throws {
        try await TestPlatform.withTenant(kind) { test, tenant in
            let yaml = logging.replacing("name: handler", with: "name: \"${secret.NAME}\"")
                .replacing("handler: handler", with: "handler: \"${secret.NAME}\"")
            let workflow = try await TestWorkflow.make(yaml, tenant, test)
            _ = try await workflow.send(.put, "/secrets/NAME", ["value": "sesame"])
            #expect(try await workflow.deploy().status == 200)
            _ = try await test.call(workflow.id, "/hello?message=open%20sesame&level=error&execution=e1&key=at")
            _ = try await test.call(workflow.id, "/hello?message=quiet&level=debug")
            _ = try await test.call(workflow.id, "/hello?message=last&level=critical")
            try await until {
                try await test.messages("/workflows/\(workflow.id)/logs", token: tenant.token(.viewer)).first == "last"
            }
            let answer = try await workflow.send(.get, "/logs?execution_id=e1", as: .viewer)
            let line = try answer.data[0]
            #expect(line?["message"] == "open <redacted>")
            #expect(line?["module_name"] == "<redacted>")
            #expect(line?["level"] == "error")
            #expect(line?["execution_id"] == "e1")
            #expect(line?["fields"] == ["at": "${secret}", "number": "0"])
            #expect(line?["trace_id"] == .null)
            let all = try await workflow.send(.get, "/logs", as: .viewer)
            #expect(!all.text.contains("sesame"))
            #expect(!all.text.contains("quiet"))
            #expect(all.text.contains("The application is ready"))
            #expect(try all.data.arrayValue?.first?["level"] == "fatal")
        }
    }

    @Test func hooksOfAnInstanceLogForItsExecution() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let yaml = OrderFixture.configuration("held")
                .replacing("workflows:", with: "  - {name: note, type: test.log}\nworkflows:")
            let hook = "\n    hooks: [{workflowType: order, toStates: [held], handler: note}]"
            let workflow = try await TestWorkflow.make(yaml + hook, tenant, test)
            let deployed = try await workflow.deploy()
            #expect(deployed.status == 200, "\(deployed.text)")
            try await OrderFixture(workflow: workflow).make("one", puttingAside: true)
            try await until {
                let executions = try await workflow.send(.get, "/executions?kind=instance").data
                guard let id = executions[0]?["id"]?.stringValue else { return false }
                let path = "/workflows/\(workflow.id)/logs?execution_id=\(id)"
                return try await test.messages(path, token: tenant.token(.viewer)) == ["A message has come"]
            }
        }
    }

    /// In the log and in the status, as in the answer.
    @Test func whyAVersionWasNotDeployedIsTold() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("${secret.WORD}"), tenant, test)
            let reason = "there is no secret WORD"
            let refused = try await workflow.deploy()
            #expect(refused.status == 422)
            #expect(try refused.json["detail"]?.stringValue?.contains(reason) == true, "\(refused.text)")
            let status = try await workflow.send(.get, "/status").data
            #expect(status["last_error"]?.stringValue?.contains(reason) == true)
            try await until {
                let lines = try await workflow.send(.get, "/logs?level=error", as: .viewer).data
                let line = lines.arrayValue?.first { $0["message"] == "A version was not deployed" }
                return line?["fields"]?["reason"]?.stringValue?.contains(reason) == true
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func listsHaveFiltersAndParts(kind: TestDatabase) async throws {
        try await TestPlatform.withTenant(kind) { test, tenant in
            let (id, token) = (tenant.workflow, tenant.token(.viewer))
            try await test.log([(.info, "one 100%"), (.warning, "Two"), (.error, "three_x")], of: id)
            test.clock.advance(by: .seconds(60))
            let later = test.clock.now.description
            try await test.log([(.info, "four"), (.error, "FIVE")], module: "mail", execution: "run-1", of: id)
            let cases: [(query: String, found: [String])] = [
                ("", ["FIVE", "four", "three_x", "Two", "one 100%"]), ("level=warn", ["FIVE", "three_x", "Two"]),
                ("level=fatal", []), ("module=mail", ["FIVE", "four"]), ("module=none", []),
                ("execution_id=run-1&level=error", ["FIVE"]), ("since=\(later)", ["FIVE", "four"]),
                ("until=\(later)", ["three_x", "Two", "one 100%"]), ("q=five", ["FIVE"]), ("q=TWO", ["Two"]),
                ("q=100%25", ["one 100%"]), ("q=e_x", ["three_x"]), ("q=e_", ["three_x"]), ("q=o_r", []),
                ("level=error&module=shop&q=three&until=\(later)", ["three_x"]),
            ]
            for (query, found) in cases {
                let messages = try await test.messages("/workflows/\(id)/logs?\(query)", token: token)
                #expect(messages == found, "\(query)")
            }
            var (pages, cursor) = ([[String]](), "")
            repeat {
                let answer = try await test.send(
                    .get, "/workflows/\(id)/logs?page_size=2\(cursor)", token: token)
                pages.append((try answer.data.arrayValue ?? []).compactMap { $0["message"]?.stringValue })
                cursor = try answer.json["next_cursor"]?.stringValue.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(pages == [["FIVE", "four"], ["three_x", "Two"], ["one 100%"]])
        }
    }

    @Test func wrongFiltersAreExplained() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let path = "/workflows/\(tenant.workflow)/logs"
            let answer = try await test.send(.get, "\(path)?level=warning", token: tenant.token(.viewer))
            #expect(answer.status == 400)
            #expect(try answer.json["errors"]?[0]?["pointer"] == "level")
            #expect(answer.text.contains("debug, info, warn, error, fatal"), "\(answer.text)")
        }
    }

    /// One part looks through a bounded number of lines, and the next one goes on where it has stopped.
    @Test func rareLinesAreFoundInSeveralParts() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let id = tenant.workflow
            try await test.log([(.error, "rare")], of: id)
            let key = DeploymentKey(id)
            let lines = (0..<500).map { _ in LogLine(lost: 0, of: key, time: test.clock.now) }
            for _ in 0...LogTable.window / 500 {
                try await test.services.database.write { connection in
                    try LogTable.append(
                        LogQueue.Batch(key: key, lines: lines, lost: 0), limit: .max / 2, now: test.clock.now,
                        connection)
                }
            }
            let path = "/workflows/\(id)/logs?level=error"
            let first = try await test.send(.get, path, token: tenant.token(.viewer))
            #expect(try first.data == [])
            let cursor = try #require(try first.json["next_cursor"]?.stringValue)
            #expect(try await test.messages("\(path)&cursor=\(cursor)", token: tenant.token(.viewer)) == ["rare"])
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func everyTextIsKept(kind: TestDatabase) async throws {
        try await TestPlatform.withTenant(kind) { test, tenant in
            let module = "mo\0dule"
            try await test.log([(.info, "a\0b\u{1}\"\n\u{2028}😀")], module: module, of: tenant.workflow)
            let answer = try await test.send(
                .get, "/workflows/\(tenant.workflow)/logs", token: tenant.token(.viewer))
            #expect(try answer.data[0]?["message"] == "ab\u{1}\"\n\u{2028}😀")
            #expect(try answer.data[0]?["module_name"] == "module")
        }
    }

    @Test func longTextsAreCut() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let long = String(repeating: "é", count: 50_000)
            try await test.log([(.info, long)], of: tenant.workflow)
            let found = try await test.messages("/workflows/\(tenant.workflow)/logs", token: tenant.token(.viewer))
            #expect(found.first?.utf8.count == (8 << 10) + 3)
            #expect(found.first?.hasSuffix("é…") == true)
        }
    }
}
