import Foundation
import Testing
import WorkflowCore

@Suite("wfctl api")
struct OpenAPICommandTests {
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
    }

    private func document(_ arguments: String...) async throws -> JSONValue {
        let program = try Program(
            "wfctl", ["api"] + arguments + ["-o", "json"], in: fixture.folder,
            environment: ["JWT_SECRET": "only-for-tests-0123456789"])
        let status = try await program.exitStatus()
        try #require(status == 0, "\(program.standardError)")
        return try JSONValue(parsing: program.standardOutput)
    }

    @Test("describes the routes, resources and transitions of a configuration")
    func resources() async throws {
        try fixture.write("name: Tickets\nversion: 1.2.0\n" + ControlFixture.application, "app.yaml")
        try fixture.write("module.exports = {}\n", "greeter.js")
        let api = try await document()
        #expect(api["openapi"] == "3.1.1")
        #expect(api["info"] == ["title": "Tickets", "version": "1.2.0"])
        #expect(api["paths"]?["/hello"]?["get"]?["operationId"] == "hello.get")
        let tickets = try #require(api["paths"]?["/tickets"]?.objectValue)
        #expect(Set(tickets.keys) == ["get", "post"])
        let list = try #require(tickets["get"])
        #expect(list["parameters"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["limit", "after"])
        #expect(list["security"] == nil)
        #expect(list.at("responses", "200", "content", "application/json", "schema", "type") == "array")
        let state = api.at("components", "schemas", "tickets.resource", "properties", "state")
        #expect(state?["enum"] == ["open", "held", "closed"])
    }

    @Test("describes webhooks on ports of their own with their servers")
    func webhooks() async throws {
        let webhook = "{name: NAME, type: webhook, config: {path: PATH, port: 18095, workflow: ping}}"
        func connector(_ name: String, _ path: String) -> String {
            webhook.replacing("NAME", with: name).replacing("PATH", with: path)
        }
        try fixture.write(
            """
            modules:
              - {name: web, type: http.server, config: {address: "127.0.0.1:18094"}}
              - {name: router, type: http.router}
              - {name: hello, type: http.handler}
              - {name: integrations, type: integration.registry}
            workflows:
              http: {routes: [{method: GET, path: /hello, handler: hello}]}
              integration:
                registry: integrations
                connectors:
                  - {name: there, type: http, config: {baseURL: "http://127.0.0.1:1"}}
                  - \(connector("paid", "/paid"))
                  - \(connector("greeted", "/hello"))
                workflows: {ping: {steps: [{name: get, connector: there, action: GET /}]}}
            """, "app.yaml")
        let api = try await document()
        let server: JSONValue = [["url": "http://localhost:18095"]]
        #expect(api["servers"] == [["url": "http://127.0.0.1:18094"]])
        #expect(api.at("paths", "/paid", "servers") == server)
        #expect(api.at("paths", "/paid", "post", "summary") == "Runs the integration ping")
        // Of one path on two servers, each operation says where it is answered when it is not the usual place.
        #expect(api.at("paths", "/hello", "servers") == nil)
        #expect(api.at("paths", "/hello", "get", "servers") == nil)
        #expect(api.at("paths", "/hello", "post", "servers") == server)
        try fixture.write(
            try String(contentsOfFile: "\(fixture.folder)/app.yaml", encoding: .utf8)
                .replacing("port: 18095", with: "port: 18094"), "app.yaml")
        let joined = try await document()
        #expect(joined.at("paths", "/paid", "servers") == nil)
        #expect(joined.at("paths", "/paid", "post") != nil)
    }

    @Test("names the transitions that clients may make, and no others")
    func transitions() async throws {
        let text = ControlFixture.application
            .replacing("workflowType: flow}", with: "workflowType: flow, transitions: [close]}")
            .replacing("path: /tickets,", with: #"path: "/tickets/{id}/transition","#)
            .replacing(#"method: "*""#, with: "method: PUT, description: Moves a ticket.")
        try fixture.write(text, "app.yaml")
        try fixture.write("module.exports = {}\n", "greeter.js")
        let operation = try #require(try await document("app.yaml").at("paths", "/tickets/{id}/transition", "put"))
        #expect(
            operation["description"]?.stringValue?.hasPrefix("Moves a ticket.\n\n| transition | from | to |") == true)
        #expect(operation["description"]?.stringValue?.contains("| `close` | `held` | `closed` |") == true)
        let body = operation.at("requestBody", "content", "application/json", "schema")
        #expect(body?.at("properties", "transition", "enum") == ["close"])
        let identifier = operation["parameters"]?.arrayValue?.first
        #expect(identifier == ["name": "id", "in": "path", "required": true, "schema": ["type": "string"]])
        let answers = try #require(operation["responses"]?.objectValue)
        #expect(Set(answers.keys).isSuperset(of: ["200", "400", "403", "404", "409", "412", "413"]))
    }

    @Test("says who needs a token, and what a schema asks of a body")
    func middlewares() async throws {
        try fixture.write(Self.guarded, "guarded.yaml")
        let api = try await document("guarded.yaml")
        #expect(api.at("components", "securitySchemes", "tokens", "scheme") == "bearer")
        let creation = try #require(api.at("paths", "/api/notes", "post"))
        #expect(creation["security"] == [["tokens": []]])
        #expect(creation.at("responses", "401", "content", "application/problem+json", "schema") != nil)
        #expect(creation.at("responses", "429", "headers", "Retry-After") != nil)
        let body = creation.at("requestBody", "content", "application/json", "schema", "$ref")
        #expect(body == "#/components/schemas/shape.note")
        let author = api.at("components", "schemas", "shape.note", "properties", "author", "$ref")
        #expect(author == "#/components/schemas/shape.author")
        // The handler behind one route answers several paths.
        #expect(api.at("paths", "/api/auth/login", "post", "security") == nil)
        #expect(api.at("paths", "/api/auth/logout", "post", "security") == [["tokens": []]])
        #expect(api.at("paths", "/api/auth/{action}") == nil)
    }

    @Test(
        "the documents of all examples are valid for another implementation",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: validator), "Scripts/bootstrap --services installs it"),
        arguments: [
            "event-pipeline", "events", "hello-api", "integration", "order-pipeline", "scheduled", "state-machine-api",
            "store",
        ])
    func validity(_ example: String) async throws {
        let api = try await document("\(Program.packageFolder)/Examples/\(example)/workflow.yaml")
        #expect(api["paths"]?.objectValue?.isEmpty == false)
        try fixture.write(api.jsonString(), "openapi.json")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: validator)
        process.arguments = ["\(fixture.folder)/openapi.json"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }

    @Test("YAML and JSON say the same")
    func formats() async throws {
        try fixture.write(Self.guarded, "guarded.yaml")
        let yaml = try await fixture.run("api", "guarded.yaml")
        #expect(yaml.status == 0)
        let read = try ApplicationConfiguration(yaml: "x:\n" + yaml.lines.map { "  \($0)\n" }.joined())
        #expect(try await document("guarded.yaml") == read.settings.first { $0.name == "x" }?.configuration.json)
    }

    @Test("a wrong configuration is told of, and nothing is written")
    func mistakes() async throws {
        let none = try await fixture.run("api")
        #expect(none.status == 66)
        #expect(none.errors.contains("There is no workflow.yaml or app.yaml in "))
        try fixture.write(ControlFixture.application.replacing("http.router", with: "http.ruter"), "bad.yaml")
        let bad = try await fixture.run("api", "bad.yaml")
        #expect(bad.status == 65)
        #expect(bad.output.isEmpty)
        #expect(bad.errors.contains("bad.yaml:3:5: error: modules[1].type: unknown module type \"http.ruter\""))
        #expect(try await fixture.run("api", "nothing.yaml").status == 65)
        let alone = try await fixture.run("api", "bad.yaml", "--to", "http://localhost")
        #expect(alone.status == 64)
        #expect(alone.errors.contains("--to is for the page of --serve"))
    }

    @Test("a route that its handler refuses is left out, with a message")
    func refused() async throws {
        try fixture.write(ControlFixture.application.replacing(#"method: "*""#, with: "method: DELETE"), "app.yaml")
        try fixture.write("module.exports = {}\n", "greeter.js")
        let result = try await fixture.run("api", "app.yaml", "-o", "json")
        #expect(result.status == 0)
        #expect(try result.json.at("paths", "/tickets") == nil)
        #expect(result.errors == "warning: DELETE /tickets is left out: tickets refuses such requests.\n")
    }

    private static let guarded = """
        modules:
          - {name: web, type: http.server, config: {address: "127.0.0.1:8080"}}
          - {name: router, type: http.router, config: {prefix: /api}}
          - {name: tokens, type: auth.jwt, config: {secret: only-for-tests-0123456789}}
          - {name: guard, type: http.middleware.auth}
          - {name: limit, type: http.middleware.ratelimit}
          - {name: notes, type: api.handler, config: {resourceName: notes}}
          - name: shape
            type: jsonschema.modular
            config:
              body: note
              schemas:
                note: {type: object, required: [text], properties: {text: {type: string}, author: {$ref: author}}}
                author: {type: string}
        workflows:
          http:
            routes:
              - {method: POST, path: /notes, handler: notes, middlewares: [limit, guard, shape]}
              - {method: POST, path: "/auth/{action}", handler: tokens}

        """
}

/// Checks documents against the specification; there when `Scripts/bootstrap --services` was run.
private let validator = "\(Program.packageFolder)/.venv/bin/openapi-spec-validator"

extension JSONValue {
    /// The value that some keys lead to, one after the other.
    func at(_ keys: String...) -> JSONValue? {
        keys.reduce(self) { value, key in value?[key] }
    }
}
