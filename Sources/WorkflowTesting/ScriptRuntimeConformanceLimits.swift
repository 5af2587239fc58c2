import WorkflowCore

extension ScriptRuntimeConformance {
    static let timeCases: [Case] = [
        Case("endless loops are stopped, and the component goes on") { bench in
            let component = try await bench.load(
                """
                const loops = [
                  () => { while (true); },
                  () => { for (;;) { try { while (true); } catch {} finally { continue; } } },
                  () => { function* g() { while (true) yield 1; } for (const x of g()); },
                  () => { [3, 2, 1].sort(() => { while (true); }); },
                  () => { "x".replace(/x/, () => { while (true); }); },
                  () => { JSON.stringify({ toJSON() { while (true); } }); },
                  () => { new Proxy({}, { get() { while (true); } }).x; },
                ];
                exports.execute = (n) => { if (n >= 0) loops[n](); return "alive"; };
                """)
            for index in 0..<7 {
                try await bench.expectError(.timeLimit) { try await component.execute(.integer(Int64(index))) }
                try bench.expectEqual(try await component.execute(-1), "alive")
            }
        },
        Case("an endless loop after an await is stopped") { bench in
            try await bench.expectError(.timeLimit) { try await bench.execute("await null; while (true);") }
            try await bench.expectError(.timeLimit) {
                try await bench.execute("await workflow.sleep(1); while (true);")
            }
            try await bench.expectError(.timeLimit) {
                try await bench.execute("return { then() { while (true); } };")
            }
        },
        Case("an endless loop while loading is stopped") { bench in
            try await bench.expectError(.timeLimit) { try await bench.load("while (true);").name }
            try await bench.expectError(.timeLimit) {
                try await bench.load("exports.execute = () => 1; exports.init = () => { while (true); };").name
            }
            try bench.expectEqual(try await bench.execute("return 'alive';"), "alive")
        },
        Case("a stretch of work below the limit is not stopped") { bench in
            let result = try await bench.execute(
                """
                let turns = 0;
                for (let i = 0; i < 10; i++) {
                  const end = Date.now() + 30; while (Date.now() < end) turns++;
                  await workflow.sleep(1);
                }
                return turns > 0;
                """)
            try bench.expectEqual(result, true)
        },
        Case("a promise that never settles ends with the wall time") { bench in
            var limits = ScriptRuntimeBench.limits
            limits.wallTime = .milliseconds(250)
            let component = try await bench.load(
                "exports.execute = async (n) => { if (n === 0) await new Promise(() => {}); await workflow.sleep(n); return n; };",
                limits: limits)
            let begin = ContinuousClock.now
            try await bench.expectError(.timeLimit) { try await component.execute(0) }
            try await bench.expectError(.timeLimit) { try await component.execute(5000) }
            try bench.expect(ContinuousClock.now - begin < .seconds(3), "it took \(ContinuousClock.now - begin)")
            try bench.expectEqual(try await component.execute(1), 1)
        },
        Case("a catastrophic regular expression is stopped") { bench in
            try await bench.expectError(.timeLimit) {
                try await bench.execute(
                    #"return /^(a|a|aa)*$/.test("a".repeat(60) + "b") || /(x+x+)+y/.test("x".repeat(60));"#)
            }
            try bench.expectEqual(try await bench.execute("return 'alive';"), "alive")
        },
        Case("endless microtasks are stopped", needsProcess: true) { bench in
            for body in [
                "(async () => { while (true) await null; })(); return 1;",
                "const f = () => Promise.resolve().then(f); await f();",
                "while (true) await undefined;",
            ] {
                try await bench.expectError(.timeLimit) { try await bench.execute(body) }
            }
            try bench.expectEqual(try await bench.execute("return 'alive';"), "alive")
        },
        Case("a component lives on when its worker is replaced", needsProcess: true) { bench in
            let component = try await bench.load(
                """
                let base = 0, started = false;
                module.exports = {
                  async init(configuration) { base = configuration.base; }, start() { started = true; },
                  execute: async (loop) => { if (loop) while (true) await null; return [base, started]; },
                };
                """, configuration: ["base": 7])
            try await component.start()
            try await bench.expectError(.timeLimit) { try await component.execute(true) }
            try bench.expectEqual(try await component.execute(false), [7, true])
        },
        Case("a call that cannot be stopped takes only its worker's calls with it", needsProcess: true) { bench in
            let component = try await bench.load(
                "exports.execute = async (loop) => { await workflow.sleep(30); if (loop) while (true) await null; await workflow.sleep(3000); };"
            )
            let guilty = Task { try await component.execute(true) }
            let innocent = Task { try await component.execute(false) }
            try await bench.expectError(.timeLimit) { try await guilty.value }
            try await bench.expectError(.workerLost) { try await innocent.value }
        },
    ]

    static let memoryCases: [Case] = [
        bomb("arrays", "const a = []; while (true) a.push(new Array(10000).fill(1.5));"),
        bomb(
            "strings",
            "let s = 'x'; const a = []; while (true) { s = s + s.slice(0, 1e6) + 'y'; a.push(s + 'z' + a.length); }"),
        bomb("objects", "const a = []; while (true) a.push({ a: { b: {} }, c: [] });"),
        bomb("filled typed arrays", "const a = []; while (true) a.push(new Uint8Array(1e7).fill(1));"),
        bomb(
            "array buffers",
            "const a = []; while (true) { const b = new ArrayBuffer(1 << 20); new Uint8Array(b).fill(7); a.push(b); }"),
        bomb("maps", "const m = new Map(); let i = 0; while (true) m.set('key' + i++, 'value' + i);"),
        bomb(
            "one that is caught",
            "const a = []; while (true) { try { while (true) a.push(new Uint8Array(1e6).fill(1)); } catch {} }",
            codes: [.memoryLimit, .timeLimit]),
    ]

    /// A case in which a script takes memory without end, and the next call works.
    private static func bomb(_ what: String, _ body: String, codes: [ScriptError.Code] = [.memoryLimit]) -> Case {
        Case("memory is bounded: \(what)", needsProcess: true) { bench in
            var limits = ScriptRuntimeBench.limits
            limits.cpuTime = .seconds(3)
            do {
                _ = try await bench.execute(body, limits: limits)
                throw ConformanceFailure("the script was not stopped")
            } catch let error as ScriptError {
                try bench.expect(codes.contains(error.code), "expected \(codes), got \(error.code): \(error)")
            }
            try bench.expectEqual(try await bench.execute("return 'alive';"), "alive")
        }
    }
}
