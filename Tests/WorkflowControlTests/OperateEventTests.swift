import Foundation
import Testing
import WorkflowCore

@Suite("wfctl events tail")
struct OperateEventTests {
    private func events(_ program: Program) throws -> [JSONValue] {
        // The last line may not be all there.
        try program.standardOutput.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map { try JSONValue(parsing: String($0)) }
    }

    /// Makes tickets until the programs show one, so that they are connected.
    private func connect(_ programs: Program..., to fixture: OperateFixture) async throws {
        try await eventually("the events are followed") {
            try await fixture.post("/tickets", ["id": .string("first-\(UUID().uuidString)")])
            return programs.allSatisfy { $0.standardOutput.contains("first-") }
        }
    }

    @Test("shows transitions, messages and workflows as they happen")
    func tail() async throws {
        let fixture = try await OperateFixture()
        let all = try fixture.follow("events", "tail", "-o", "json")
        let withData = try fixture.follow("events", "tail", "--machine", "flow", "--data", "-o", "json")
        try await connect(all, withData, to: fixture)
        try await fixture.post("/tickets", ["id": "t1", "password": "hunter2"])
        let made = try await fixture.wfctl(
            "transition", "t1", "hold", "--data", "{\"note\": \"n\", \"token\": \"hunter2\"}", "--yes")
        #expect(made.status == 0)
        try await fixture.post("/notes", ["text": "hello"])
        try await eventually("everything is told") {
            let kinds = try events(all).filter { $0["instance"] == "t1" || $0["topic"] == "notes" }
            return kinds.count == 3
        }
        let ours = try events(all).filter { $0["instance"] == "t1" }
        #expect(ours.map { $0["to"]?.stringValue } == ["open", "held"])
        #expect(ours.last?["transition"] == "hold")
        #expect(ours.last?["machine"] == "flow")
        #expect(ours.allSatisfy { $0["data"] == nil })
        let message = try #require(try events(all).first { $0["kind"] == "message" })
        #expect(message["status"] == "failed")
        #expect(message["subscription"] == "messaging/notes/reader")
        #expect(message["data"] == nil)
        #expect(try events(all).contains { $0["topic"] == "workflow.messaging.started" })
        try await eventually("the data is told") {
            try events(withData).contains { $0["transition"] == "hold" }
        }
        let hold = try #require(try events(withData).first { $0["transition"] == "hold" })
        #expect(hold["data"] == ["note": "n", "token": "<redacted>"])
        #expect(try events(withData).allSatisfy { $0["kind"] == "transition" })
        #expect(!(all.standardOutput + withData.standardOutput).contains("hunter2"))

        fixture.server.kill(SIGTERM)
        #expect(try await fixture.server.exitStatus() == 0)
        try await eventually("the end is told") { all.standardError.hasPrefix("The server stops.\n") }
        for program in [all, withData] {
            program.kill(SIGINT)
            #expect(try await program.exitStatus() == SIGINT)
        }
    }

    @Test("chooses topics by pattern")
    func topics() async throws {
        let fixture = try await OperateFixture()
        let notes = try fixture.follow("events", "tail", "--topic", "workflow.messaging.*")
        try await eventually("the events are followed") {
            try await fixture.post("/notes", ["text": "hello"])
            return notes.standardOutput.contains("workflow   workflow.messaging.started notes\n")
        }
        let lines = notes.standardOutput.split(separator: "\n").dropLast()
        #expect(lines.allSatisfy { $0.contains(" workflow.messaging.") })
        notes.kill(SIGINT)
        _ = try await notes.exitStatus()
        let malformed = try await fixture.wfctl("events", "tail", "--topic", "a..b")
        #expect(malformed.status == 64)
        #expect(malformed.errors == "error: The topic \"a..b\" has an empty segment or white space.\n")
        let plain = try await fixture.manage("GET", "/events")
        #expect(plain.status == 406)
        let unknown = try await fixture.manage(
            "GET", "/events?topics=a", headers: ["accept": "text/event-stream"])
        #expect(unknown.status == 400)
        let token = ["WFCTL_TOKEN": "not-the-token"]
        #expect(try await fixture.wfctl("events", "tail", environment: token).status == 77)
        try await fixture.stop()
    }
}
