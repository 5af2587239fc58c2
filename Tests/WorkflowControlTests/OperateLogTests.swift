import Foundation
import Testing
import WorkflowCore

@Suite("wfctl logs")
struct OperateLogTests {
    private func records(_ result: ControlFixture.Result) throws -> [JSONValue] {
        try result.json["records"]?.arrayValue ?? []
    }

    @Test("shows the last lines by level, module and age")
    func logs() async throws {
        let fixture = try await OperateFixture()
        #expect(try await fixture.post("/notes", ["text": "hello"]).status == 202)
        try await eventually("the failure is logged") {
            try records(await fixture.wfctl("logs", "--level", "error", "-o", "json")).count == 1
        }
        let error = try #require(
            try records(await fixture.wfctl("logs", "--level", "error", "-o", "json")).first)
        #expect(error["module"] == "events")
        #expect(error["metadata"]?["message.topic"] == "notes")
        let ofModule = try records(
            await fixture.wfctl("logs", "--module", "events", "--since", "1h", "-o", "json"))
        #expect(ofModule == [error])
        let text = try await fixture.wfctl("logs")
        #expect(text.lines.contains { $0.contains(" INFO     The application is ready modules=7 ") })
        #expect(!text.output.contains("\u{1B}"))
        #expect(try await fixture.wfctl("logs", "--limit", "1").lines.count == 1)
        let token = try String(
            contentsOfFile: "\(fixture.control.folder)/.workflow/management-token", encoding: .utf8)
        #expect(!text.output.contains(token.trimmingCharacters(in: .newlines)))

        let none = try await fixture.wfctl("logs", "--module", "nobody")
        #expect(none.errors == "There are no such lines.\n")
        let level = try await fixture.wfctl("logs", "--level", "warn")
        #expect(level.status == 64)
        #expect(
            level.errors
                == "error: level must not be \"warn\"; the values of level are: "
                + "trace, debug, info, notice, warning, error, critical.\n")
        #expect(try await fixture.wfctl("logs", "--since", "soon").status == 64)
        #expect(
            try await fixture.wfctl("logs", environment: ["WFCTL_TOKEN": "not-the-token"]).status == 77)
        #expect(try await fixture.manage("GET", "/logs?since=-1").status == 400)
        try await fixture.stop()
    }

    @Test("follows the log over a restart, without a gap, until Ctrl-C")
    func follow() async throws {
        let fixture = try await OperateFixture()
        let program = try fixture.follow("logs", "-f", "-o", "json")
        try await eventually("what was before is there") {
            program.standardOutput.contains("The application is ready")
        }
        try await fixture.post("/notes", ["text": "hello"])
        try await eventually("what is new is there") {
            program.standardOutput.contains("is a dead letter now")
        }
        let next = try await fixture.restarted()
        try await eventually("the other server is followed") {
            program.standardOutput.split(separator: "\n").count {
                $0.contains("The application is ready")
            } == 2
        }
        try await eventually("the restart is told") { program.standardError.hasSuffix("has restarted.\n") }
        #expect(
            program.standardError == """
                The server stops.
                The connection to \(fixture.url) is lost; waiting for the server.
                Connected to \(fixture.url) again.
                The server has restarted.

                """)
        for line in program.standardOutput.split(separator: "\n") {
            #expect(try JSONValue(parsing: String(line))["level"]?.stringValue != nil)
        }
        program.kill(SIGINT)
        // By the signal, which a shell tells as 130.
        #expect(try await program.exitStatus() == SIGINT)
        try await next.stop()
    }

    @Test("ends when there is no server at the beginning, and when the token does not fit")
    func noServer() async throws {
        let fixture = try await OperateFixture()
        let token = ["WFCTL_TOKEN": "not-the-token"]
        #expect(try await fixture.wfctl("logs", "-f", environment: token).status == 77)
        try await fixture.stop()
        let gone = try await fixture.wfctl("logs", "-f")
        #expect(gone.status == 69)
        #expect(
            gone.errors.hasPrefix(
                "error: No server answers at \(fixture.url): the connection was refused.\n"))
    }

    @Test("an identifier that is none of the server is refused")
    func lastEventID() async throws {
        let fixture = try await OperateFixture()
        for id in ["x", "1-", "-1", "0x1-2", "12345678-99999999999999999999"] {
            let answer = try await fixture.manage(
                "GET", "/logs", headers: ["accept": "text/event-stream", "last-event-id": id])
            #expect(answer.status == 400)
            #expect(try answer.json["detail"] == "Last-Event-ID is not one of this server.")
        }
        try await fixture.stop()
    }
}
