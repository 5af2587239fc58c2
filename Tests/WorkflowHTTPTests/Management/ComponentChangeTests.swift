import Foundation
import Testing
import WorkflowCore
import WorkflowModules
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("Changes of a component with a file")
struct ComponentChangeTests {
    @Test func `an accepted script runs, is in the file, and is a version`() async throws {
        try await ComponentFixture.run { app async throws in
            let response = try await app.put("answer two")
            #expect(response.status == 200)
            #expect(response.json["version"] == 2)
            #expect(response.json["changed"] == true)
            #expect(try await app.output() == "two")
            #expect(try app.file() == "answer two")
            #expect(try app.engine.service(DynamicComponentModule.self).isCurrent)
            let versions = try await app.send("GET", "/tool/versions").json["versions"]?.arrayValue ?? []
            #expect(versions.map { $0["version"] } == [2, 1])
            #expect(versions.map { $0["principal"] } == ["management", "file"])
            #expect(versions.map { $0["source"] } == ["answer two", "answer one"])
            #expect(versions.map { $0["current"] } == [true, false])
            #expect(try app.scripts == ["tool.js"])
        }
    }

    @Test func `a script may be sent as it is`() async throws {
        try await ComponentFixture.run { app async throws in
            let response = try await app.send(
                "PUT", "/tool", headers: ["content-type: text/javascript; charset=utf-8"], body: "answer {}")
            #expect(response.status == 200)
            #expect(try await app.output() == "{}")
        }
    }

    @Test func `the same script again changes nothing`() async throws {
        try await ComponentFixture.run { app async throws in
            let response = try await app.put("answer one")
            #expect(response.status == 200)
            #expect(response.json["changed"] == false)
            #expect(app.runtime.loads.value == 1)
            #expect(try await app.send("GET", "/tool/versions").json["versions"] == [])
        }
    }

    @Test(arguments: [
        ("syntax", "syntax", 3, 7), ("init", "thrown", 2, 5), ("start", "thrown", 4, 2),
    ])
    func `a script that does not work never displaces one that does`(
        script: String, code: String, line: Int64, column: Int64
    ) async throws {
        try await ComponentFixture.run { app async throws in
            let tag = try await app.send("GET", "/tool")["etag"]
            let response = try await app.put(script)
            #expect(response.status == 422)
            #expect(response.json["issues"]?[0]?["code"] == .string(code))
            #expect(response.json["issues"]?[0]?["line"] == .integer(line))
            #expect(response.json["issues"]?[0]?["column"] == .integer(column))
            #expect(try await app.output() == "one")
            #expect(try app.file() == "answer one")
            let shown = try await app.send("GET", "/tool")
            #expect(shown["etag"] == tag)
            #expect(shown.json["status"] == "running")
            #expect(try await app.send("GET", "/tool/versions").json["versions"] == [])
        }
    }

    @Test func `old calls finish on the old script, and the change does not wait for them`() async throws {
        try await ComponentFixture.run(script: "wait") { app async throws in
            async let old = app.output()
            try await waitUntil("the old script is called") { app.runtime.gate.waitingCount == 1 }
            #expect(try await app.put("answer new").status == 200)
            #expect(try await app.output() == "new")
            app.runtime.gate.open()
            #expect(try await old == "waited")
        }
    }

    @Test func `of changes at the same time with the same tag exactly one is made`() async throws {
        try await ComponentFixture.run { app async throws in
            let tag = try #require(try await app.send("GET", "/tool")["etag"])
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    group.addTask { try await app.put("answer \(number)", headers: ["if-match: \(tag)"]).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 412, 412, 412, 412, 412, 412, 412])
            let shown = try await app.send("GET", "/tool")
            #expect(try app.file() == shown.json["source"]?.stringValue)
            let late = try await app.put("answer late", headers: ["if-match: \(tag)"])
            #expect(late.status == 412)
            #expect(late["etag"] == shown["etag"])
            #expect(try await app.send("POST", "/tool/rollback", headers: ["if-match: \(tag)"]).status == 412)
            #expect(try await app.put("answer any", headers: ["if-match: *"]).status == 200)
            #expect(try await app.put("answer x", headers: ["if-none-match: *"]).status == 412)
        }
    }

    @Test func `changes under load fail no call`() async throws {
        try await ComponentFixture.run { app async throws in
            let (calls, end) = (TestCounter(), TestCounter())
            let component = try app.engine.service(DynamicComponentModule.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        while end.value == 0 {
                            _ = try await component.execute([:])
                            calls.increment()
                            await Task.yield()
                        }
                    }
                }
                for number in 0..<100 { #expect(try await app.put("answer \(number)").status == 200) }
                end.increment()
                try await group.waitForAll()
            }
            #expect(calls.value > 100)
            #expect(try await app.output() == "99")
            try await waitUntil("the old scripts have stopped") { app.runtime.stops.value == 100 }
            let metrics = app.engine.environment.metrics
            #expect(metrics.componentSwaps.with("tool", "success").value == 100)
            #expect(metrics.componentSwapDuration.with("tool").bucketCounts.reduce(0, +) == 100)
            #expect(metrics.scriptExecutions.with("tool", "failure").value == 0)
        }
    }

    @Test func `twenty versions are kept, and each can be brought back`() async throws {
        try await ComponentFixture.run { app async throws in
            for number in 2...25 { _ = try await app.put("answer \(number)") }
            let versions = try await app.send("GET", "/tool/versions").json["versions"]?.arrayValue ?? []
            #expect(versions.map { $0["version"] } == (6...25).reversed().map { .integer($0) })
            let gone = try await app.send("POST", "/tool/rollback", body: #"{"version":5}"#)
            #expect(gone.status == 404)
            let back = try await app.send("POST", "/tool/rollback", body: #"{"version":7}"#)
            #expect(back.json["version"] == 26)
            #expect(try await app.output() == "7")
            #expect(try app.file() == "answer 7")
            let newest = try await app.send("GET", "/tool/versions").json["versions"]?[0]
            #expect(newest?["rollbackOf"] == 7)
            #expect(newest?["current"] == true)
            #expect(try await app.send("POST", "/tool/rollback").status == 200)
            #expect(try await app.output() == "25")
        }
    }

    @Test func `without a version before there is no way back`() async throws {
        try await ComponentFixture.run { app async throws in
            let response = try await app.send("POST", "/tool/rollback")
            #expect(response.status == 409)
            #expect(response.json["error"] == "There is no version before the one that runs.")
        }
    }

    @Test func `each change is one line in the log, without the script`() async throws {
        try await ComponentFixture.run { app async throws in
            _ = try await app.put("answer two")
            _ = try await app.put("syntax")
            _ = try await app.put("answer x", headers: ["if-match: \"other\""])
            _ = try await app.send("POST", "/tool/rollback", body: #"{"version":1}"#)
            _ = try await app.send("DELETE", "/tool")
            let lines = app.log.lines.filter { $0.hasPrefix("Component ") }
            #expect(lines.count == 5)
            let digest = try await app.send("GET", "/tool").json["sha256"]?.stringValue ?? "?"
            #expect(lines[0].hasPrefix("Component changed action=put component=tool digest="))
            #expect(lines[0].hasSuffix("principal=management version=2"))
            #expect(lines[1].hasPrefix("Component not changed action=put component=tool digest="))
            #expect(lines[1].hasSuffix("principal=management reason=syntax at line 3, column 7"))
            #expect(lines[2].hasSuffix("reason=precondition"))
            #expect(
                lines[3]
                    == "Component changed action=rollback component=tool digest=\(digest) principal=management version=3"
            )
            #expect(lines[4].hasPrefix("Component not changed action=remove component=tool principal=management"))
            #expect(!lines.contains { $0.contains("answer") })
        }
    }
}

/// Returns when a condition holds.
private func waitUntil(_ what: String, _ condition: @escaping @Sendable () async throws -> Bool) async throws {
    try await withTimeLimit(what) {
        while try await !condition() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
