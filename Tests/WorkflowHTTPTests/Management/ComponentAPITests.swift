import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("The management API of components")
struct ComponentAPITests {
    @Test func `lists components, and shows one with its script and its tag`() async throws {
        try await ComponentFixture.run { app async throws in
            let list = try await app.send("GET")
            #expect(list.json.arrayValue?.count == 1)
            #expect(list.json[0]?["id"] == "tool")
            #expect(list.json[0]?["status"] == "running")
            #expect(list.json[0]?["source"] == nil)
            let shown = try await app.send("GET", "/tool")
            #expect(shown.json["source"] == "answer one")
            #expect(shown.json["file"] == "scripts/tool.js")
            #expect(shown.json["error"] == nil)
            let loadedAt = try #require(shown.json["loaded_at"]?.stringValue)
            #expect(Timestamp(rfc3339: loadedAt) != nil)
            let tag = try #require(shown["etag"])
            // The SHA-256 of the text "answer one".
            #expect(tag == "\"83331a5e274ed68d54e09fd859e39f92c0e833301485dbef3cfc216f778db5bd\"")
            let again = try await app.send("GET", "/tool", headers: ["if-none-match: \(tag)"])
            #expect(again.status == 304)
            #expect(try await app.send("GET", "/hammer").json["id"] == "tool")
        }
    }

    @Test(arguments: [
        ("GET", ""), ("POST", ""), ("GET", "/tool"), ("PUT", "/tool"), ("DELETE", "/tool"), ("POST", "/tool/execute"),
        ("GET", "/tool/versions"), ("POST", "/tool/rollback"),
    ])
    func `asks for the token`(method: String, path: String) async throws {
        try await ComponentFixture.run { app async throws in
            #expect(try await app.send(method, path, isAuthorized: false).status == 401)
            #expect(try await app.output() == "one")
        }
    }

    @Test(arguments: [
        ("DELETE", "", "GET, HEAD, OPTIONS, POST"), ("POST", "/tool", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("GET", "/tool/execute", "OPTIONS, POST"), ("POST", "/tool/versions", "GET, HEAD, OPTIONS"),
    ])
    func `a wrong method is answered with those that are right`(
        method: String, path: String, allow: String
    ) async throws {
        try await ComponentFixture.run { app async throws in
            let response = try await app.send(method, path)
            #expect(response.status == 405)
            let methods = (response["allow"] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
            #expect(methods.sorted().joined(separator: ", ") == allow)
        }
    }

    @Test(arguments: [
        ("GET", "/tol", ""), ("POST", "/tol/execute", ""), ("GET", "/tol/versions", ""), ("POST", "/tol/rollback", ""),
        ("DELETE", "/tol", ""),
    ])
    func `an unknown component is not found`(method: String, path: String, body: String) async throws {
        try await ComponentFixture.run { app async throws in
            let response = try await app.send(method, path, body: body)
            #expect(response.status == 404)
            #expect(
                response.json["error"] == "There is no component \"tol\"; did you mean \"tool\"?")
        }
    }

    @Test(arguments: [
        ("PUT", "/tool", "{", "The body is not JSON"), ("PUT", "/tool", "[]", "The body must be a JSON object."),
        ("PUT", "/tool", "{}", "The body must have the member \"source\", text that is not empty."),
        ("PUT", "/tool", #"{"source":""}"#, "text that is not empty"),
        ("PUT", "/tool", #"{"source":1}"#, "text that is not empty"),
        ("PUT", "/tool", #"{"sourc":"x"}"#, "did you mean \"source\"?"),
        ("POST", "", #"{"source":"echo"}"#, "The body must have the member \"id\""),
        ("POST", "", #"{"id":"a/b","source":"echo"}"#, "must have 1 to 128 letters, digits"),
        ("POST", "", #"{"id":".hidden","source":"echo"}"#, "begin with a letter or digit"),
        ("POST", "/tool/rollback", #"{"version":0}"#, "must be a number from 1"),
        ("POST", "/tool/execute", #"{"inputs":{}}"#, "did you mean \"input\"?"),
    ])
    func `a malformed body is refused`(method: String, path: String, body: String, message: String) async throws {
        try await ComponentFixture.run { app async throws in
            let response = try await app.send(method, path, body: body)
            #expect(response.status == 400)
            #expect(response.json["error"]?.stringValue?.contains(message) == true, "\(response.text)")
            #expect(try await app.output() == "one")
        }
    }

    @Test func `a script that is too large is refused`() async throws {
        try await ComponentFixture.run { app async throws in
            let response = try await app.put(String(repeating: "a", count: 1 << 20 + 1))
            #expect(response.status == 413)
            #expect(try await app.output() == "one")
        }
    }

    @Test func `a try tells its output and how long it took`() async throws {
        try await ComponentFixture.run(script: "echo") { app async throws in
            let response = try await app.send("POST", "/tool/execute", body: #"{"input":{"n":[1,2]}}"#)
            #expect(response.status == 200)
            #expect(response.json["status"] == "success")
            #expect(response.json["output"] == ["n": [1, 2]])
            #expect((response.json["durationMilliseconds"]?.doubleValue ?? -1) >= 0)
            #expect(try await app.send("POST", "/tool/execute").json["output"] == [:])
        }
    }

    @Test func `a try that fails tells where`() async throws {
        try await ComponentFixture.run(script: "throw") { app async throws in
            let response = try await app.send("POST", "/tool/execute")
            #expect(response.status == 200)
            #expect(response.json["status"] == "error")
            #expect(
                response.json["error"] == [
                    "code": "thrown", "message": "Error: out of stock", "line": 5, "column": 9,
                ])
            #expect(response.json["output"] == nil)
        }
    }

    @Test func `a script is checked for what it may not use before it runs`() async throws {
        try await ComponentFixture.run { app async throws in
            let source = "const a = 1;\nconst fs = require('fs');\n  process.exit(1);"
            let response = try await app.put(source)
            #expect(response.status == 422)
            #expect(response.json["issues"]?.arrayValue?.count == 2)
            #expect(response.json["issues"]?[0]?["line"] == 2)
            #expect(response.json["issues"]?[0]?["column"] == 12)
            #expect(response.json["issues"]?[0]?["message"]?.stringValue?.hasPrefix("require is not available") == true)
            #expect(response.json["issues"]?[1]?["line"] == 3)
            #expect(response.json["issues"]?[1]?["column"] == 3)
            #expect(app.runtime.loads.value == 1)
            #expect(try await app.output() == "one")
        }
    }

    @Test func `when the engine does not run nothing is answered`() async throws {
        try await ComponentFixture.run { app async throws in
            await app.engine.stop()
            #expect(try await app.send("GET").status == 503)
            #expect(try await app.put("echo").status == 503)
        }
    }
}
