import Foundation
import Testing
import WorkflowCore

@Suite("wfctl component")
struct ComponentCommandTests {
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
    }

    // MARK: - new

    @Test("begins a component that is valid, runs and passes its test")
    func new() async throws {
        let new = try await fixture.run("component", "new", "price-order")
        #expect(new.status == 0)
        #expect(
            new.lines == [
                "components/price-order.js", "components/price-order.component.yaml",
                "components/price-order.test.yaml",
            ])
        #expect(new.errors.contains("wfctl test components"))
        #expect(try await fixture.run("component", "check", "components/price-order.js").status == 0)
        #expect(try await fixture.run("validate", "components/price-order.component.yaml").status == 0)
        let test = try await fixture.run("test", "components")
        #expect(test.status == 0, "\(test.output)")
        #expect(test.output.contains("2 passed"))
        let run = try await fixture.run(
            "component", "run", "components/price-order.js", "--input", "-", input: #"{"name": "Ada"}"#)
        #expect(run.status == 0)
        #expect(try run.json == ["text": "Hello, Ada!"])
        #expect(run.errors == "info: greeting (name Ada)\n")
        let configured = try await fixture.run(
            "component", "run", "components/price-order.js", "--config", "components/price-order.component.yaml", "-i",
            "-", input: #"{"name": "Ada"}"#)
        #expect(try configured.json == ["text": "Welcome, Ada!"])
    }

    @Test("overwrites nothing, and takes no name that is no file or module")
    func refusal() async throws {
        try FileManager.default.createDirectory(
            atPath: "\(fixture.folder)/parts", withIntermediateDirectories: true)
        try fixture.write("mine", "parts/tax.test.yaml")
        let taken = try await fixture.run("component", "new", "tax", "--folder", "parts")
        #expect(taken.status == 73)
        #expect(taken.errors.contains("parts/tax.test.yaml is there already; nothing was written."))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(fixture.folder)/parts") == ["tax.test.yaml"])
        #expect(try String(contentsOfFile: "\(fixture.folder)/parts/tax.test.yaml", encoding: .utf8) == "mine")
        for name in ["../tax", "tax.js", "9lives", "a b", "täx", ""] {
            #expect(try await fixture.run("component", "new", name).status == 64, "\(name)")
        }
        #expect(try await fixture.run("component", "new", "tax.js").errors.contains("leave out the ending: tax"))
    }

    // MARK: - check

    @Test("finds with its place what the sandbox does not have")
    func check() async throws {
        try fixture.write(
            """
            const fs = require("fs");
            module.exports = {
              async execute(input) {
                await fetch("http://example.com");
                await workflow.kv.gett("a");
                workflow.lgo.info("x");
                return { process: input.process };
              },
            };
            """, "wrong.js")
        try fixture.write("module.exports = { async execute() { return workflow.kv.get(\"a\"); } };\n", "good.js")
        let result = try await fixture.run("component", "check", "good.js", "wrong.js")
        #expect(result.status == 65)
        #expect(result.lines.first == "good.js is valid.")
        let heads = result.lines.filter { $0.contains(": error: ") }
        #expect(heads.count == 4)
        #expect(heads[0].hasPrefix("wrong.js:1:12: error: require is not available: "))
        #expect(heads[1] == "wrong.js:4:11: error: fetch is not available: use workflow.fetch")
        #expect(heads[2] == "wrong.js:5:23: error: workflow.kv.gett is not available; did you mean \"kv.get\"?")
        #expect(heads[3] == "wrong.js:6:14: error: workflow.lgo is not available; did you mean \"log\"?")
        let json = try await fixture.run("component", "check", "wrong.js", "-o", "json").json
        #expect(json.arrayValue?.first?["issues"]?.arrayValue?.count == 4)
        #expect(json.arrayValue?.first?["line"] == 1)
    }

    @Test(
        "finds what the engine misses",
        arguments: [
            ("module.exports = {};", "module.exports.execute must be a function"),
            ("module.exports = 1;", "module.exports must be an object with the function execute"),
            ("module.exports = { execute() {}, start: 1 };", "module.exports.start must be a function"),
            ("const a = 1;\nthrow new Error(\"no\");", "no"),
            ("module.exports = {\n  execute( { }\n", "SyntaxError"),
            ("for (;;) {}", "500 ms of processor time"),
        ])
    func shape(_ script: String, _ message: String) async throws {
        try fixture.write(script, "a.js")
        let result = try await fixture.run("component", "check", "a.js")
        #expect(result.status == 65)
        #expect(result.output.hasPrefix("a.js"))
        #expect(result.output.contains(": error: "))
        #expect(result.output.contains(message))
    }

    @Test("init needs the configuration of the module, and does not run while a script is checked")
    func initialisation() async throws {
        try fixture.write("module.exports = { init(c) { throw new Error(c.a.b); }, execute() {} };", "a.js")
        #expect(try await fixture.run("component", "check", "a.js").output == "a.js is valid.\n")
        #expect(try await fixture.run("component", "check", "none.js").status == 66)
    }

    // MARK: - run

    @Test("an error of the script has its place, and ends with 1")
    func thrown() async throws {
        try fixture.write(
            """
            module.exports = {
              execute(input) {
                workflow.log.warn("about to fail", { id: input.id });
                console.debug("hidden");
                throw new Error("no price for " + input.id);
              },
            };
            """, "a.js")
        try fixture.write(#"{"id": "x1"}"#, "input.json")
        let result = try await fixture.run("component", "run", "a.js", "--input", "input.json")
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(
            result.errors == """
                warn: about to fail (id x1)
                a.js:5:20: error: no price for x1
                  5 |     throw new Error("no price for " + input.id);
                    |                    ^

                """)
        let all = try await fixture.run("component", "run", "a.js", "--log-level", "debug")
        #expect(all.errors.contains("debug: hidden\n"))
    }

    @Test("each kind of failure has an exit code of its own")
    func exitCodes() async throws {
        try fixture.write("module.exports = { execute() { for (;;) {} } };", "loop.js")
        let loop = try await fixture.run("component", "run", "loop.js")
        #expect(loop.status == 75)
        #expect(loop.errors.contains("500 ms of processor time"))
        try fixture.write(
            "module.exports = { contract: { required_inputs: { id: { type: \"string\" } } }, execute() {} };",
            "strict.js")
        let input = try await fixture.run("component", "run", "strict.js")
        #expect(input.status == 64)
        #expect(input.errors.contains("input id of type string is missing"))
        let json = try await fixture.run("component", "run", "strict.js", "-i", "-", input: "{\n  id: 1}")
        #expect(json.status == 64)
        #expect(json.errors.contains("error: standard input:2:3: the input is not JSON"))
        try fixture.write("module.exports = {};", "empty.js")
        let empty = try await fixture.run("component", "run", "empty.js")
        #expect(empty.status == 65)
        #expect(empty.errors.contains("module.exports.execute must be a function"))
        #expect(try await fixture.run("component", "run", "none.js").status == 66)
        #expect(try await fixture.run("component", "run", "loop.js", "-i", "none.json").status == 66)
        #expect(try await fixture.run("component", "run", "loop.js", "--module", "x").status == 64)
    }

    @Test("what a script may do is what its module is granted")
    func grants() async throws {
        try fixture.write(
            """
            module.exports = {
              async execute() {
                await workflow.kv.set("a", 5);
                await workflow.publish("orders.made", { id: 1 });
                return { kept: await workflow.kv.get("a") };
              },
            };
            """, "a.js")
        try fixture.write(
            """
            modules:
              - {name: rich, type: dynamic.component, config: {source: ./a.js, allow: {kv: true, publish: [orders.*]}}}
              - {name: poor, type: dynamic.component, config: {source: a.js}, dependsOn: [gone]}
              - {name: secret, type: auth.jwt, config: {secret: "${NOT_SET}"}}
              - {name: slow, type: dynamic.component, config: {source: slow.js, limits: {wallTime: 200ms}}}
            """, "app.yaml")
        let alone = try await fixture.run("component", "run", "a.js")
        #expect(alone.status == 1)
        #expect(alone.errors.contains("may not keep values; grant it with its key allow.kv"))
        let several = try await fixture.run("component", "run", "a.js", "--config", "app.yaml")
        #expect(several.status == 64)
        #expect(several.errors.contains("Several components have the script a.js: rich, poor."))
        let rich = try await fixture.run("component", "run", "a.js", "-c", "app.yaml", "--module", "rich")
        #expect(rich.status == 0)
        #expect(try rich.json == ["kept": 5])
        #expect(rich.errors == "published: orders.made {\"id\":1}\n")
        #expect(try await fixture.run("component", "run", "a.js", "-c", "app.yaml", "--module", "poor").status == 1)
        let unknown = try await fixture.run("component", "run", "a.js", "-c", "app.yaml", "--module", "poore")
        #expect(unknown.status == 5)
        #expect(unknown.errors.contains("did you mean \"poor\"?"))
        try fixture.write("module.exports = { async execute() { await workflow.sleep(60000); } };", "slow.js")
        #expect(try await fixture.run("component", "run", "slow.js", "-c", "app.yaml").status == 75)
        try fixture.write("module.exports = { execute() {} };", "other.js")
        #expect(try await fixture.run("component", "run", "other.js", "-c", "app.yaml").status == 5)
    }
}
