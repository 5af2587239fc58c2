import HTTPTypes
import Testing
import WorkflowCore

@testable import WorkflowHTTP

@Suite("http.proxy: composite routes", .timeLimit(.minutes(1)))
struct CompositeRouteTests {
    private static func backend(_ name: String, calls: SharedValue<[String]>) -> ClosureHandler {
        ClosureHandler { request in
            let body = String(decoding: try await request.body.collect(upTo: 1000), as: UTF8.self)
            calls.update { $0.append("\(name)\(body)") }
            if request.query == "fail=\(name)" || request.query == "fail=both" {
                return .text("bad \(name)", status: .internalServerError)
            }
            return .json(["from": .string(name)])
        }
    }

    private func withBackends(
        _ strategy: String, _ body: (TestApplication, SharedValue<[String]>) async throws -> Void
    ) async throws {
        let calls = SharedValue<[String]>([])
        try await withServer(Self.backend("a", calls: calls)) { first async throws in
            try await withServer(Self.backend("b", calls: calls)) { second async throws in
                let yaml = """
                    backendServices: {a: "http://127.0.0.1:\(first.port)", b: "http://127.0.0.1:\(second.port)"}
                    composite_routes:
                      /both: {pattern: "/both/*", backends: [a, b], strategy: \(strategy)}
                    """
                try await withProxy(yaml) { app async throws in try await body(app, calls) }
            }
        }
    }

    @Test func `the first good answer counts`() async throws {
        try await withBackends("first-success") { app, calls async throws in
            #expect(try await app.get("/both").text == #"{"from":"a"}"#)
            #expect(calls.value == ["a"])
            #expect(try await app.get("/both/x?fail=a").text == #"{"from":"b"}"#)
            let failed = try await app.get("/both/x?fail=both")
            #expect(failed.status == 500)
            #expect(failed.text == "bad b")
        }
    }

    @Test func `all are asked in turn and the last answers`() async throws {
        try await withBackends("sequential") { app, calls async throws in
            #expect(try await app.send("POST", "/both", body: "1").text == #"{"from":"b"}"#)
            #expect(calls.value == ["a1", "b1"])
            #expect(try await app.get("/both?fail=a").text == "bad a")
            #expect(calls.value == ["a1", "b1", "a"])
        }
    }

    @Test func `answers become one object`() async throws {
        try await withBackends("merge") { app, _ async throws in
            let merged = try await app.get("/both", headers: ["accept-encoding: gzip", "if-none-match: x"])
            #expect(merged.text == #"{"a":{"from":"a"},"b":{"from":"b"}}"#)
            let partly = try await app.get("/both?fail=a")
            #expect(partly.status == 200)
            #expect(partly.json["b"] == ["from": "b"])
            #expect(partly.json["_errors"]?["a"] == "500 Internal Server Error")
            #expect(try await app.get("/both?fail=both").status == 502)
        }
    }
}
