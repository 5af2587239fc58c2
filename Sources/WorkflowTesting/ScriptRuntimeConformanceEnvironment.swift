import WorkflowCore

extension ScriptRuntimeConformance {
    static let environmentCases: [Case] = [
        Case("there is no way to run code from strings") { bench in
            let result = try await bench.execute(
                """
                const failed = (run) => { try { run(); return false; } catch (error) { return true; } };
                return {
                  eval: typeof eval,
                  Function: failed(() => Function("return 1")()), constructed: failed(() => new Function("return 1")()),
                  async: failed(() => (async () => {}).constructor("return 1")),
                  generator: failed(() => (function* () {}).constructor("yield 1")),
                  fromInstance: failed(() => "".sub.constructor("return 1")()),
                  timer: failed(() => setTimeout("1", 1)),
                };
                """)
            try bench.expectEqual(
                result,
                [
                    "eval": "undefined", "Function": true, "constructed": true, "async": true, "generator": true,
                    "fromInstance": true, "timer": true,
                ])
        },
        Case("modules cannot be loaded") { bench in
            for name in [
                "./other.js", "/etc/passwd", "file:///etc/passwd", "data:text/javascript,export default 1", "fs",
            ] {
                try await bench.expectError(.thrown) { try await bench.execute("await import('\(name)');") }
            }
            try await bench.expectError(.thrown, containing: "require is not available") {
                try await bench.load("const fs = require('fs');").name
            }
            try await bench.expectError(.syntax) { try await bench.load("import fs from 'fs';").name }
        },
        Case("the global object holds nothing that reaches out") { bench in
            let result = try await bench.execute(
                """
                return ["WebAssembly", "SharedArrayBuffer", "Atomics", "FinalizationRegistry", "ShadowRealm", "process", "Deno",
                  "require", "fetch", "XMLHttpRequest", "Worker", "print", "load", "readFile", "$vm", "quit", "gc", "native"]
                  .filter((name) => name in globalThis);
                """)
            try bench.expectEqual(result, [])
        },
        Case("dates, numbers and texts can be formatted and sorted for a language") { bench in
            let result = try await bench.execute(
                """
                return [
                  new Intl.NumberFormat("de-DE", { style: "currency", currency: "EUR" }).format(1234.5),
                  new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", dateStyle: "short", timeStyle: "short" })
                    .format(new Date(Date.UTC(2024, 0, 31, 12, 0))),
                  ["z", "ä", "a"].sort(new Intl.Collator("de").compare).join(""), "Straße".toLocaleUpperCase("de"),
                  new Date(0).toLocaleString("en-US", { timeZone: "UTC" }).includes("1970"),
                ];
                """)
            try bench.expectEqual(result, ["1.234,50\u{A0}€", "31/01/2024, 13:00", "aäz", "STRASSE", true])
        },
        Case("workflow cannot be changed") { bench in
            let result = try await bench.execute(
                """
                const failed = (run) => { "use strict"; try { run(); return false; } catch { return true; } };
                (function () { workflow.log.info = 1; workflow = 2; workflow.kv.extra = 3; })();
                return [typeof workflow.log.info, typeof workflow.kv.extra, Object.isFrozen(workflow),
                  Object.isFrozen(workflow.log), delete globalThis.workflow];
                """)
            try bench.expectEqual(result, ["function", "undefined", true, true, false])
        },
        Case("components do not share globals or prototypes") { bench in
            let first = try await bench.load(
                """
                globalThis.leak = "mine"; Array.prototype.leak = 1; Object.prototype.leak = 2; String.prototype.trim = () => "x";
                Promise.prototype.then2 = 3; JSON.stringify = () => "{}"; JSON.parse = () => 9;
                exports.execute = () => 1;
                """)
            let second = try await bench.load(
                """
                exports.execute = (input) => ({ leak: typeof leak, array: [].leak === undefined, object: ({}).leak === undefined,
                  trim: " a ".trim(), input });
                """)
            _ = try await first.execute(["a": 1])
            try bench.expectEqual(
                try await second.execute(["b": 2]),
                ["leak": "undefined", "array": true, "object": true, "trim": "a", "input": ["b": 2]])
        },
        Case("a component that replaces built-ins confuses only itself") { bench in
            let component = try await bench.load(
                """
                exports.execute = (input) => input;
                JSON.stringify = () => "not json"; JSON.parse = () => { throw 1; };
                Promise.prototype.then = function () { throw 2; }; Map.prototype.get = () => { throw 3; };
                Array.prototype[Symbol.iterator] = () => { throw 4; }; Object.prototype.then = 5;
                Function.prototype.call = Function.prototype.apply = () => { throw 6; };
                """)
            try bench.expectEqual(try await component.execute(["a": 1]), ["a": 1])
            let hostile = try await bench.load(
                "Object.prototype.then = function () {}; exports.execute = () => ({});",
                limits: {
                    var limits = ScriptRuntimeBench.limits
                    limits.wallTime = .milliseconds(100)
                    return limits
                }())
            try await bench.expectError(.timeLimit) { try await hostile.execute(.null) }
            try bench.expectEqual(try await bench.execute("return 'alive';"), "alive")
        },
        Case("deep recursion is an error of the script") { bench in
            try await bench.expectError(.thrown, containing: "call stack") {
                try await bench.execute("const f = () => f(); f();")
            }
            try await bench.expectError(.thrown) {
                try await bench.execute(
                    "const f = () => { try { f(); } finally { f(); } }; const g = () => { g(); }; g();")
            }
            try bench.expectEqual(try await bench.execute("return 'alive';"), "alive")
        },
    ]
}
