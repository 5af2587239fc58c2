import WorkflowCore

extension ScriptRuntimeConformance {
    static let basicCases: [Case] = [
        Case("a component returns what it is given") { bench in
            let input: JSONValue = ["text": "Grüße, 世界 \u{1F600}", "list": [1, 2.5, nil, true], "nested": ["a": [:]]]
            try bench.expectEqual(try await bench.execute("return input;", input), input)
        },
        Case("a component need not be asynchronous") { bench in
            let component = try await bench.load("module.exports = { execute: (input) => ({ twice: input.n * 2 }) };")
            try bench.expectEqual(try await component.execute(["n": 21]), ["twice": 42])
        },
        Case("exports may be assigned one by one") { bench in
            let component = try await bench.load("exports.name = 'single'; exports.execute = () => exports.name;")
            try bench.expectEqual(component.name, "single")
            try bench.expectEqual(try await component.execute(.null), "single")
        },
        Case("a component without a name has its source's name") { bench in
            try bench.expectEqual(try await bench.load("exports.execute = () => 1;").name, "case.js")
        },
        Case("init gets the configuration, start runs before calls, stop at the end") { bench in
            let host = RecordingScriptHost()
            let component = try await bench.load(
                """
                const seen = [];
                module.exports = {
                  async init(configuration) { await workflow.sleep(2); seen.push("init " + configuration.key); },
                  async start() { seen.push("start"); },
                  stop() { workflow.log.info(seen.join()); },
                  execute() { seen.push("execute"); return seen; },
                };
                """, host: host, configuration: ["key": "value"])
            try await component.start()
            try bench.expectEqual(try await component.execute(.null), ["init value", "start", "execute"])
            try await component.stop()
            try bench.expectEqual(host.lines.map(\.message), ["init value,start,execute"])
            try await bench.expectError(.stopped) { try await component.execute(.null) }
        },
        Case("module scope keeps its values between calls") { bench in
            let component = try await bench.load("let count = 0; exports.execute = () => ++count;")
            for expected in 1...3 {
                try bench.expectEqual(try await component.execute(.null), .integer(Int64(expected)))
            }
        },
        Case("a call that waits does not keep others waiting") { bench in
            let component = try await bench.load(
                """
                let release;
                const gate = new Promise((resolve) => { release = resolve; });
                exports.execute = async (input) => {
                  if (input === "wait") return await gate;
                  release("released");
                  return "done";
                };
                """)
            async let first = component.execute("wait")
            try await Task.sleep(for: .milliseconds(20))
            try bench.expectEqual(try await component.execute("go"), "done")
            try bench.expectEqual(try await first, "released")
        },
        Case("timers fire in order and overlap") { bench in
            let result = try await bench.execute(
                """
                const order = [];
                const after = (ms, name) => new Promise((resolve) => setTimeout((value) => {
                  order.push(value); resolve();
                }, ms, name));
                const cancelled = setTimeout(() => order.push("cancelled"), 1);
                clearTimeout(cancelled);
                const begin = workflow.now();
                await Promise.all([after(60, "c"), after(5, "a"), after(30, "b"), workflow.sleep(60)]);
                return { order, overlapped: workflow.now() - begin < 150 };
                """)
            try bench.expectEqual(result, ["order": ["a", "b", "c"], "overlapped": true])
        },
        Case("syntax errors name the line") { bench in
            let error = try await bench.expectError(.syntax) { try await bench.load("let a = 1;\nlet = ;\n").name }
            try bench.expectEqual(error.line, 2)
        },
        Case("a text that closes the module's function is a syntax error") { bench in
            try await bench.expectError(.syntax) { try await bench.load("}); (function () {").name }
            try await bench.expectError(.syntax) { try await bench.load("/* open").name }
        },
        Case("a text that ends in a comment is a program") { bench in
            let component = try await bench.load("exports.execute = () => 1; // the end")
            try bench.expectEqual(try await component.execute(.null), 1)
        },
        Case("thrown errors name message, line and column") { bench in
            let component = try await bench.load(
                "exports.execute = () => {\n  const order = undefined;\n  return order.id;\n};")
            let error = try await bench.expectError(.thrown, containing: "TypeError") {
                try await component.execute(.null)
            }
            try bench.expectEqual(error.line, 3)
            try bench.expect((error.column ?? 0) > 0, "no column")
        },
        Case("what the module throws while it loads is thrown") { bench in
            let error = try await bench.expectError(.thrown, containing: "not today") {
                try await bench.load("throw new Error('not today');").name
            }
            try bench.expectEqual(error.line, 1)
            try bench.expect((error.column ?? 100) < 30, "the column counts what the runtime puts before the text")
        },
        Case("a component whose init fails is not loaded") { bench in
            try await bench.expectError(.thrown, containing: "no key") {
                try await bench.load(
                    "exports.init = async () => { throw new Error('no key'); }; exports.execute = () => 1;"
                ).name
            }
        },
        Case("what is no component is refused") { bench in
            for text in [
                "", "module.exports = 5;", "module.exports = null;", "exports.execute = 'text';",
                "exports.execute = () => 1; exports.init = 3;", "exports.execute = () => 1; exports.name = {};",
                "exports.execute = () => 1; exports.contract = 'x';",
                "exports.execute = () => 1; exports.contract = { inputs: {} };",
                "exports.execute = () => 1; exports.contract = { outputs: { a: { type: 'number' } } };",
            ] {
                try await bench.expectError(.contract) { try await bench.load(text).name }
            }
        },
        Case("a new version runs beside the old until the old is stopped") { bench in
            let old = try await bench.load(
                "exports.execute = async (i) => { await workflow.sleep(50); return 'old'; };")
            async let running = old.execute(.null)
            try await Task.sleep(for: .milliseconds(10))
            let new = try await bench.load("exports.execute = () => 'new';")
            try bench.expectEqual(try await new.execute(.null), "new")
            try await old.stop()
            try bench.expectEqual(try await running, "old")
        },
        Case("a thousand calls at once all get their own answer") { bench in
            let component = try await bench.load(
                "exports.execute = async (n) => { await workflow.sleep(n % 7); return n; };")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<1000 {
                    group.addTask {
                        try bench.expectEqual(
                            try await component.execute(.integer(Int64(number))), .integer(Int64(number)))
                    }
                }
                try await group.waitForAll()
            }
        },
    ]
}
