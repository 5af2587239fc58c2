import WorkflowCore

extension ScriptRuntimeConformance {
    static let valueCases: [Case] = [
        Case("undefined is null, as are numbers that JSON cannot write") { bench in
            try bench.expectEqual(try await bench.execute("return;"), .null)
            try bench.expectEqual(try await bench.execute("return [NaN, 1 / 0, undefined];"), [nil, nil, nil])
        },
        Case("results that are not JSON are errors") { bench in
            for (body, text) in [
                ("const a = {}; a.a = a; return a;", "cyclic"),
                ("return () => 1;", "function"),
                ("return Symbol('s');", "symbol"),
                ("return 10n;", "BigInt"),
                ("return { toJSON() { throw new Error('no JSON'); } };", "no JSON"),
                ("let a = []; for (let i = 0; i < 300; i++) a = [a]; return a;", "JSON"),
            ] {
                try await bench.expectError(.invalidValue, containing: text) { try await bench.execute(body) }
            }
        },
        Case("what is thrown need not be an error") { bench in
            for (body, text) in [
                ("throw 42;", "42"), ("throw null;", "null"), ("throw undefined;", "undefined"),
                ("throw 'a text';", "a text"), ("throw { code: 7 };", #"{"code":7}"#), ("throw Symbol('s');", "Symbol"),
                ("throw Object.create(null);", "threw"), ("throw new Error('');", "without a message"),
                ("throw { get message() { throw 1; }, toString() { throw 2; }, toJSON() { throw 3; } };", "threw"),
                ("throw new Proxy(new Error('behind'), { get() { throw 4; } });", ""),
                ("const e = new Error('x'); Object.defineProperty(e, 'message', { get() { throw 5; } }); throw e;", ""),
            ] {
                try await bench.expectError(.thrown, containing: text) { try await bench.execute(body) }
            }
        },
        Case("outputs and inputs are bounded in size") { bench in
            var limits = ScriptRuntimeBench.limits
            limits.outputSize = 1000
            try await bench.expectError(.invalidValue, containing: "1000 bytes") {
                try await bench.execute("return 'x'.repeat(2000);", limits: limits)
            }
            try await bench.expectError(.invalidValue, containing: "1000 bytes") {
                try await bench.execute("return 'ß'.repeat(900);", limits: limits)
            }
            try await bench.expectError(.invalidInput, containing: "1000 bytes") {
                try await bench.execute("return 1;", .string(String(repeating: "x", count: 2000)), limits: limits)
            }
            try bench.expectEqual(try await bench.execute("return 'x'.repeat(900).length;", limits: limits), 900)
        },
        Case("the contract is checked before execute, and defaults are filled in") { bench in
            let component = try await bench.load(
                """
                module.exports = {
                  contract: {
                    required_inputs: {
                      text: { type: "string", description: "A text" }, count: { type: "int" },
                      ratio: { type: "float" }, flag: { type: "bool" }, map: { type: "map" }, list: { type: "slice" },
                      any: { type: "any" },
                    },
                    optionalInputs: { unit: { type: "string", default: "EUR" } },
                    outputs: { result: "map" },
                  },
                  execute: (input) => input,
                };
                """)
            try bench.expectEqual(component.contract.requiredInputs["text"]?.description, "A text")
            try bench.expectEqual(component.contract.outputs["result"]?.type, "map")
            let input: JSONValue = [
                "text": "t", "count": 3, "ratio": 1, "flag": true, "map": [:], "list": [], "any": 0,
            ]
            try bench.expectEqual(try await component.execute(input)["unit"], "EUR")
            for (key, wrong) in [
                ("text", 1), ("count", 1.5), ("ratio", "1"), ("flag", 0), ("map", []), ("list", [:]), ("text", .null),
                ("unit", 5),
            ] as [(String, JSONValue)] {
                var changed = input
                changed[key] = wrong
                try await bench.expectError(.invalidInput, containing: key) { try await component.execute(changed) }
            }
            try await bench.expectError(.invalidInput, containing: "object") { try await component.execute(5) }
        },
    ]
}
