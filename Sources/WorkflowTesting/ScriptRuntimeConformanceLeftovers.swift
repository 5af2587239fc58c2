import Synchronization
import WorkflowCore

extension ScriptRuntimeConformance {
    /// What calls begin and do not wait for, and what runs in the background.
    static let leftoverCases: [Case] = [
        Case("timers of a call end with it") { bench in
            let component = try await bench.load(
                """
                let ticks = 0;
                const loop = async () => { for (;;) { await workflow.sleep(1); ticks++; } };
                exports.execute = async (kind) => {
                  if (kind === "loop") { loop(); return ticks; }
                  if (kind === "late") { Promise.resolve().then(() => null).then(() => null).then(loop); return ticks; }
                  await workflow.sleep(40);
                  return ticks;
                };
                """)
            for kind in ["loop", "late", "loop"] {
                try bench.expectEqual(try await component.execute(.string(kind)), 0)
                try bench.expectEqual(try await component.execute("wait"), 0)
            }
        },
        Case("a call that goes on when another has ended keeps its timers and host calls") { bench in
            let host = RecordingScriptHost { _, arguments in
                try await Task.sleep(for: .milliseconds(5))
                return arguments.first
            }
            let component = try await bench.load(
                """
                let shared;
                exports.execute = async (steps) => {
                  shared ??= workflow.kv.get("shared");
                  await shared;
                  for (let i = 0; i < steps; i++) { await workflow.sleep(2); await workflow.kv.get("own"); }
                  return steps;
                };
                """, host: host)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for steps in [0, 3, 0, 5] as [Int64] {
                    let input = JSONValue.integer(steps)
                    group.addTask { try bench.expectEqual(try await component.execute(input), input) }
                }
                try await group.waitForAll()
            }
        },
        Case("what ended calls have left behind is dropped when it takes much time while others go on") { bench in
            let gate = TestGate()
            let host = RecordingScriptHost { _, _ in
                try await gate.wait()
                return 1
            }
            let component = try await bench.load(
                """
                let ticks = 0;
                const loop = async () => {
                  for (;;) { await workflow.sleep(1); ticks++; const end = Date.now() + 20; while (Date.now() < end); }
                };
                exports.execute = async (kind) => {
                  if (kind === "hold") return await workflow.kv.get("gate");
                  if (kind === "leave") loop(); else await workflow.sleep(100);
                  return ticks;
                };
                """, host: host)
            async let held = component.execute("hold")
            while gate.waitingCount == 0 { await Task.yield() }
            _ = try await component.execute("leave")
            while !host.lines.contains(where: { $0.message.contains("left behind") }) {
                _ = try await component.execute("look")
            }
            let ticks = try await component.execute("look")
            try bench.expectEqual(try await component.execute("look"), ticks)
            gate.open()
            try bench.expectEqual(try await held, 1)
        },
        Case("what init and start begin goes on in the background") { bench in
            let component = try await bench.load(
                """
                const ticks = [0, 0];
                const tick = (index) => { ticks[index]++; setTimeout(tick, 1, index); };
                module.exports = {
                  init() { tick(0); }, async start() { await workflow.sleep(1); tick(1); },
                  async execute() {
                    const before = [...ticks];
                    await workflow.sleep(40);
                    return ticks.map((n, i) => n > before[i]);
                  },
                };
                """)
            try await component.start()
            for _ in 0..<2 { try bench.expectEqual(try await component.execute(.null), [true, true]) }
        },
        Case("a host call that nobody waits for is carried out") { bench in
            let host = RecordingScriptHost { _, _ in 1 }
            _ = try await bench.execute("workflow.publish('topic', 5); return 1;", host: host)
            try bench.expectEqual(host.calls, [#"publish["topic",5]"#])
        },
        Case("the data of host calls in flight is bounded") { bench in
            let host = RecordingScriptHost { _, _ in 1 }
            var limits = ScriptRuntimeBench.limits
            limits.cpuTime = .seconds(3)
            let component = try await bench.load(
                """
                const text = "x".repeat(1000000);
                exports.execute = async (count) =>
                  (await Promise.all(Array.from({ length: count }, () => workflow.kv.set("k", text)))).length;
                """, limits: limits, host: host)
            try await bench.expectError(.thrown, containing: "too much data in host calls") {
                try await component.execute(20)
            }
            for _ in 0..<2 { try bench.expectEqual(try await component.execute(16), 16) }
        },
        Case("a bounded number of host calls is executed at once") { bench in
            let counts = Mutex((now: 0, most: 0))
            let host = RecordingScriptHost { _, _ in
                counts.withLock { counts in
                    counts.now += 1
                    counts.most = max(counts.most, counts.now)
                }
                try await Task.sleep(for: .milliseconds(5))
                counts.withLock { $0.now -= 1 }
                return 1
            }
            let result = try await bench.execute(
                """
                await Promise.all(Array.from({ length: 200 }, (_, i) => workflow.kv.get(i)));
                return true;
                """, host: host)
            try bench.expectEqual(result, true)
            let most = counts.withLock { $0.most }
            try bench.expect(most > 1 && most <= 64, "\(most) at once")
        },
    ]
}
