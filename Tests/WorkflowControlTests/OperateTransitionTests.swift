import Foundation
import Testing
import WorkflowCore

@Suite("wfctl transition")
struct OperateTransitionTests {
    private let fixture: OperateFixture

    init() async throws {
        fixture = try await OperateFixture()
        #expect(try await fixture.post("/tickets", ["id": "t1", "title": "broken"]).status == 201)
    }

    private func make(
        _ transition: String, data: JSONValue? = nil, headers: [String: String] = [:]
    ) async throws -> OperateFixture.Answer {
        var body: JSONObject = ["transition": .string(transition)]
        if let data { body["data"] = data }
        return try await fixture.manage(
            "POST", "/instances/flow/t1/transitions", .object(body), headers: headers)
    }

    @Test("goes the way of the application, and the history names the operator")
    func made() async throws {
        let unasked = try await fixture.wfctl("transition", "t1", "hold")
        #expect(unasked.status == 64)
        #expect(unasked.errors.contains("pass --yes"))
        try fixture.control.write("{\"reason\": \"by hand\"}", "data.json")
        let held = try await fixture.wfctl("transition", "t1", "hold", "--data", "@data.json", "--yes")
        #expect(held.status == 0, "\(held.errors)")
        #expect(held.output == "t1 is held; possible next: close.\n")
        let closed = try await fixture.wfctl(
            "transition", "t1", "close", "--machine", "flow", "--yes", "-o", "json")
        #expect(try closed.json["state"] == "closed")
        #expect(try closed.json["from"] == "held")
        #expect(try closed.json["completed"] == true)
        let shown = try await fixture.wfctl(
            "instances", "show", "t1", "--history", "--data", "-o", "json"
        ).json
        #expect(shown["data"]?["reason"] == "by hand")
        let history = shown["history"]?.arrayValue ?? []
        #expect(history.map { $0["transition"]?.stringValue } == [nil, "hold", "close"])
        #expect(history.map { $0["actor"]?.stringValue } == [nil, "operator", "operator"])
        #expect(history.dropFirst().first?["data"] == ["reason": "by hand"])
        try await fixture.stop()
    }

    @Test("the history does not name the operator for what the application did")
    func byTheApplication() async throws {
        let answer = try await fixture.post(
            "/tickets/t1/transition", ["transition": "hold"], method: "PUT")
        try #require(answer.status == 200, "\(answer.text)")
        let history = try await fixture.manage("GET", "/instances/flow/t1?history=true").json[
            "history"]?.arrayValue
        #expect(history?.map { $0["to"]?.stringValue } == ["open", "held"])
        #expect(history?.allSatisfy { $0["actor"] == nil } == true)
        try await fixture.stop()
    }

    @Test("one that is not possible is refused with those that are")
    func refused() async throws {
        let unknown = try await fixture.wfctl("transition", "t1", "hodl", "--yes")
        #expect(unknown.status == 3)
        #expect(
            unknown.errors
                == "error: There is no transition \"hodl\"; from the state \"open\" possible are: hold, skip. "
                + "Did you mean \"hold\"?\n")
        #expect(try await make("hodl").status == 422)
        let early = try await make("close")
        #expect(early.status == 409)
        let detail = "leaves the state \"held\"; from the state \"open\" possible are: hold, skip."
        #expect(try early.json["detail"] == .string("The transition \"close\" \(detail)"))
        #expect(try early.json["transitions"] == ["hold", "skip"])
        let conditional = try await fixture.wfctl("transition", "t1", "skip", "--yes")
        #expect(conditional.status == 3)
        #expect(
            conditional.errors == "error: The condition of the transition \"skip\" does not hold.\n")
        #expect(
            try await fixture.wfctl("transition", "t1", "skip", "--data", "{\"force\": true}", "--yes")
                .status == 0)
        #expect(try await fixture.wfctl("transition", "t9", "hold", "--yes").status == 5)
        #expect(
            try await fixture.wfctl("transition", "t1", "hold", "--data", "[1]", "--yes").status == 64)
        #expect(
            try await fixture.wfctl("transition", "t1", "hold", "--data", "{", "--yes").status == 64)
        #expect(
            try await fixture.wfctl("transition", "t1", "hold", "--data", "@none", "--yes").status == 66)
        try await fixture.stop()
    }

    @Test("with If-Match it is made on the version that was looked at, or not at all")
    func precondition() async throws {
        let seen = try #require(try await fixture.manage("GET", "/instances/flow/t1").etag)
        #expect(seen == "\"1\"")
        let made = try await make("hold", headers: ["if-match": seen])
        #expect(made.status == 200)
        #expect(made.etag == "\"2\"")
        let late = try await make("close", headers: ["if-match": seen])
        #expect(late.status == 412)
        #expect(try late.json["state"] == "held")
        #expect(try await make("close", headers: ["if-match": "\"2\""]).status == 200)
        try await fixture.stop()
    }

    @Test("with the same key it is made once, also after a restart")
    func idempotency() async throws {
        let key = ["idempotency-key": "one"]
        let first = try await make("hold", data: ["n": 1, "m": 2], headers: key)
        #expect(first.status == 200)
        #expect(!first.replayed)
        let second = try await make("hold", data: ["m": 2, "n": 1], headers: key)
        #expect(second.status == 200)
        #expect(second.replayed)
        #expect(try second.json["version"] == first.json["version"])
        let other = try await make("close", headers: key)
        #expect(other.status == 422)
        #expect(try other.json["detail"] == "The Idempotency-Key was used for another request.")
        #expect(try await make("close", headers: ["idempotency-key": "a b"]).status == 400)
        let next = try await fixture.restarted()
        let third = try await next.manage(
            "POST", "/instances/flow/t1/transitions", ["transition": "hold", "data": ["n": 1, "m": 2]],
            headers: key)
        #expect(third.replayed)
        for _ in 1...2 {
            let result = try await next.wfctl(
                "transition", "t1", "close", "--idempotency-key", "two", "--yes")
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output == "t1 is closed.\n")
        }
        try await next.stop()
    }

    @Test("of many at once with one key, one is made, and all are answered alike")
    func race() async throws {
        let answers = try await withThrowingTaskGroup(of: OperateFixture.Answer.self) { group in
            for _ in 1...8 {
                group.addTask { try await make("hold", headers: ["idempotency-key": "race"]) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.map(\.status) == Array(repeating: 200, count: 8))
        #expect(answers.count { !$0.replayed } == 1)
        let history = try await fixture.manage("GET", "/instances/flow/t1?history=true").json[
            "history"]?.arrayValue
        #expect(history?.count == 2)
        try await fixture.stop()
    }

    @Test("a body that is none is refused")
    func badBody() async throws {
        for (body, detail) in [
            (
                ["transitoin": "hold"] as JSONValue,
                "The body must not have the member \"transitoin\"; did you mean"
            ),
            (["data": [:]], "The body must have the member \"transition\", text that is not empty."),
            (["transition": "hold", "data": [1]], "The member \"data\" must be an object."),
        ] {
            let answer = try await fixture.manage("POST", "/instances/flow/t1/transitions", body)
            #expect(answer.status == 400)
            #expect(try answer.json["detail"]?.stringValue?.hasPrefix(detail) == true, "\(answer.text)")
        }
        let missing = try await fixture.manage(
            "POST", "/instances/flow/t9/transitions", ["transition": "hold"])
        #expect(missing.status == 404)
        try await fixture.stop()
    }
}
