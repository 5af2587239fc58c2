import Foundation
import Testing
import WorkflowCore

@Suite("wfserver validate")
struct ValidateTests {
    /// What `validate` prints about a file, without the folder, and its exit code.
    private func validate(_ yaml: String, script: String? = nil) async throws -> (lines: [String], status: Int32) {
        try await withTemporaryFolder { folder in
            let file = "\(folder)/app.yaml"
            try yaml.write(toFile: file, atomically: true, encoding: .utf8)
            try script?.write(toFile: "\(folder)/part.js", atomically: true, encoding: .utf8)
            let process = try ServerProcess(["validate", file])
            let status = try await process.exitStatus()
            let text = status == 0 ? process.standardOutput : process.standardError
            let lines = text.replacing("\(folder)/", with: "").split(separator: "\n").map(String.init)
            return (lines, status)
        }
    }

    private static let application = """
        modules:
          - {name: web, type: http.server, config: {address: ":0"}}
          - {name: router, type: http.router}
          - {name: tokens, type: auth.jwt, config: {secret: a secret that is only good for tests}}
          - {name: guard, type: http.middleware.auth}
          - {name: orders, type: api.handler, config: {resourceName: orders, workflowType: order}}
          - {name: engine, type: statemachine.engine}
        workflows:
          http:
            routes: [{method: GET, path: /orders, handler: orders, middlewares: [guard]}]
          statemachine:
            definitions:
              - name: order
                initialState: new
                states: {new: {}, done: {}}
                transitions: {finish: {fromState: new, toState: done}}
        triggers:
          http:
            routes: [{method: POST, path: "/orders/{id}/finish", workflow: order, action: finish}]
        """

    @Test(
        "one mistake is one error: what it leads to elsewhere is not told",
        arguments: [
            ("address: \":0\"", "address: nonsense", "2:54: error: modules[0].config.address: 'nonsense'"),
            ("type: http.server", "type: http.sever", "2:5: error: modules[0].type: unknown module type"),
            ("type: http.router", "type: http.ruter", "3:5: error: modules[1].type: unknown module type"),
            (
                "secret: a secret that is only good for tests", "secret: \"${NOWHERE}\"",
                "modules[2].config.secret: the env"
            ),
            ("type: auth.jwt", "type: auth.jw", "4:5: error: modules[2].type: unknown module type"),
            (
                "initialState: new", "initialState: nwe",
                "14:23: error: workflows.statemachine.definitions[0].initialState"
            ),
            ("toState: done", "toState: dne", "workflows.statemachine.definitions[0].transitions.finish.toState"),
            (
                "type: statemachine.engine", "type: statemachine.engin",
                "7:5: error: modules[5].type: unknown module type"
            ),
            ("action: finish", "action: finsh", "triggers.http.routes[0].action: the state machine \"order\" has no"),
        ])
    func noFollowingErrors(right: String, wrong: String, error: String) async throws {
        #expect(try await validate(Self.application).status == 0)
        let (lines, status) = try await validate(Self.application.replacing(right, with: wrong))
        #expect(status == 65)
        let errors = lines.filter { $0.contains(": error: ") }
        #expect(errors.count == 1, "\(errors)")
        #expect(errors.first?.contains(error) == true, "\(errors)")
    }

    @Test("mistakes in one section do not hide each other")
    func allOfASection() async throws {
        let yaml = Self.application
            .replacing(
                "routes: [{method: GET", with: "routes: [{method: GET, path: bare, handler: orders}, {method: GET"
            )
            .replacing("handler: orders, middlewares: [guard]", with: "handler: ordrs, middlewares: [gard]")
            .replacing(
                "routes: [{method: POST",
                with: "routes: [{method: PUT, path: /x, workflow: ordr, action: x}, "
                    + "{method: PUT, path: y, workflow: order, action: finish}, "
                    + "{method: PUT, path: /z, workflow: order, action: fnish, middlewares: [nobody]}, {method: POST")
        let errors = try await validate(yaml).lines.filter { $0.contains(": error: ") }
        let expected = [
            "workflows.http.routes[0].path", "workflows.http.routes[1].handler",
            "workflows.http.routes[1].middlewares[0]", "triggers.http.routes[0].workflow",
            "triggers.http.routes[1].path", "triggers.http.routes[2].action",
            "triggers.http.routes[2].middlewares[0]",
        ]
        #expect(errors.count == expected.count, "\(errors)")
        for path in expected { #expect(errors.contains { $0.contains(" \(path): ") }, "\(path)") }
    }

    @Test("what fits is proposed; when nothing does, what to add")
    func advice() async throws {
        let text = try await validate(
            """
            modules:
              - {name: engine, type: statemachine.engine}
              - {name: log, type: messaging.handler}
              - {name: router, type: http.router}
            workflows:
              http:
                routes: [{method: GET, path: /, handler: page, middlewares: [limit]}]
              statemachine:
                definitions: [{name: a, initialState: b, states: {b: {}}, transitions: {}}]
                hooks: [{handler: nope}]
            """
        ).lines.joined(separator: "\n")
        #expect(text.contains("hint: the modules that fit are: log"))
        let hint = "hint: add a module of type cache.modular, cache.redis, http.middleware.auth"
        #expect(text.contains("limit\"; an HTTP middleware is needed here\n    \(hint)"))
    }

    @Test("scripts are read, but not run")
    func scripts() async throws {
        let yaml = "modules: [{name: part, type: dynamic.component, config: {source: part.js}}]\n"
        let right = try await validate(yaml, script: "throw new Error('this has run');\n")
        #expect(right.status == 0)
        #expect(right.lines == ["The configuration is valid: 1 module."])
        let (lines, status) = try await validate(yaml, script: "module.exports = {\n  execute() { return 1 +; }\n};\n")
        #expect(status == 65)
        #expect(lines.first?.hasPrefix("part.js:2: error: part: SyntaxError") == true, "\(lines)")
    }

    @Test("a wrong address of the management API is wrong usage")
    func usage() async throws {
        let process = try ServerProcess(["run", "app.yaml", "--management-address", "nonsense"])
        #expect(try await process.exitStatus() == 64)
        #expect(process.standardError.contains("--management-address: 'nonsense' is not an address"))
    }
}
