import Foundation
import Testing
import WorkflowCore

@Suite("wfctl instances")
struct OperateInstanceTests {
    private let fixture: OperateFixture

    init() async throws {
        fixture = try await OperateFixture()
        for number in 1...3 {
            let ticket: JSONValue = [
                "id": .string("t\(number)"), "title": "broken", "apiKey": "hunter2",
                "link": "ftp://me:hunter2@host/",
            ]
            #expect(try await fixture.post("/tickets", ticket).status == 201)
        }
    }

    private func ids(_ result: ControlFixture.Result) throws -> [String] {
        try result.json["instances"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
    }

    @Test("are listed by identifier, page by page and without their data")
    func list() async throws {
        let table = try await fixture.wfctl("instances", "list")
        #expect(
            table.lines.first?.split(separator: " ") == ["ID", "MACHINE", "STATE", "UPDATED", "ERROR"])
        #expect(table.lines.map { $0.prefix { $0 != " " } } == ["ID", "t1", "t2", "t3"])
        #expect(table.lines.allSatisfy { $0.count <= 80 })
        let first = try await fixture.wfctl("instances", "list", "--limit", "2", "-o", "json")
        #expect(try ids(first) == ["t1", "t2"])
        #expect(!first.output.contains("broken"))
        let cursor = try #require(try first.json["next"]?.stringValue)
        let second = try await fixture.wfctl(
            "instances", "list", "--limit", "2", "--cursor", cursor, "-o", "json")
        #expect(try ids(second) == ["t3"])
        #expect(try second.json["next"] == .null)
        let told = try await fixture.wfctl("instances", "list", "--limit", "1")
        #expect(told.errors == "There are more: --cursor t1\n")
        try await fixture.stop()
    }

    @Test("are chosen by state machine, state and whether they are completed")
    func filters() async throws {
        #expect(try await fixture.wfctl("transition", "t2", "hold", "--yes").status == 0)
        #expect(try await fixture.wfctl("transition", "t2", "close", "--yes").status == 0)
        #expect(try await fixture.wfctl("transition", "t3", "hold", "--yes").status == 0)
        #expect(
            try ids(await fixture.wfctl("instances", "list", "--state", "held", "-o", "json")) == ["t3"])
        #expect(
            try ids(await fixture.wfctl("instances", "list", "--open", "-o", "json")) == ["t1", "t3"])
        let closed = try await fixture.manage("GET", "/instances?completed=true&machine=flow&limit=1")
            .json
        #expect(closed["instances"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == ["t2"])
        let none = try await fixture.wfctl("instances", "list", "--machine", "flow", "--state", "opne")
        #expect(none.status == 0)
        #expect(none.errors == "There are no such instances.\n")
        try await fixture.stop()
    }

    @Test("show their data only when asked, and no secrets")
    func data() async throws {
        let plain = try await fixture.wfctl("instances", "show", "t1", "-o", "json")
        #expect(try plain.json["data"] == nil)
        #expect(try plain.json["transitions"] == ["hold", "skip"])
        let whole = try await fixture.wfctl(
            "instances", "show", "t1", "--data", "--history", "-o", "json")
        #expect(try whole.json["data"]?["title"] == "broken")
        #expect(try whole.json["data"]?["apiKey"] == "<redacted>")
        #expect(try whole.json["data"]?["link"] == "ftp://<redacted>@host/")
        #expect(try whole.json["history"]?.arrayValue?.count == 1)
        #expect(!whole.output.contains("hunter2"))
        let table = try await fixture.wfctl("instances", "show", "t1", "--history")
        #expect(table.lines.contains("transitions  hold, skip"))
        #expect(table.lines.last?.hasSuffix("(created)   open") == true)
        try await fixture.stop()
    }

    @Test("what is wrong with a request is said")
    func negative() async throws {
        let unknown = try await fixture.wfctl("instances", "show", "t9")
        #expect(unknown.status == 5)
        #expect(
            unknown.errors
                == "error: There is no instance \"t9\".\n    hint: see `wfctl instances list`\n")
        let other = try await fixture.manage("GET", "/instances/fluw/t1")
        #expect(other.status == 404)
        #expect(
            try other.json["detail"] == "There is no instance \"t1\" of the state machine \"fluw\".")
        let wrongToken = try await fixture.wfctl(
            "instances", "list", environment: ["WFCTL_TOKEN": "not-the-token"])
        #expect(wrongToken.status == 77)
        #expect(try await fixture.wfctl("instances", "list", "--limit", "0").status == 64)
        let misspelt = try await fixture.manage("GET", "/instances?stat=open")
        #expect(misspelt.status == 400)
        #expect(
            try misspelt.json["detail"] == "There is no parameter \"stat\"; did you mean \"state\"?")
        for (query, detail) in [
            ("limit=1001", "limit must be a number from 1 to 1000."),
            ("completed=maybe", "completed must be true or false."),
            ("limit=1&limit=2", "The parameter \"limit\" is there twice."),
        ] {
            let answer = try await fixture.manage("GET", "/instances?\(query)")
            #expect(answer.status == 400)
            #expect(try answer.json["detail"] == .string(detail))
        }
        try await fixture.stop()
        let gone = try await fixture.wfctl("instances", "list")
        #expect(gone.status == 69)
    }

    @Test("a server that does not know the request is told from one that does not know the instance")
    func olderServer() async throws {
        // The application itself has no such route, as a server of an earlier version has none.
        let line = fixture.server.standardOutput.firstMatch(of: #/listener +(http://127\.0\.0\.1:\d+)/#)
        let address = String(try #require(line).1)
        for command in [
            ["instances", "list"], ["logs"], ["logs", "-f"], ["events", "tail"], ["executions", "list"],
        ] {
            let result = try await fixture.wfctl(command + ["--server", address])
            #expect(result.status == 76, "\(command)")
            #expect(result.errors.contains("it does not know the request"))
        }
        try await fixture.stop()
    }
}
