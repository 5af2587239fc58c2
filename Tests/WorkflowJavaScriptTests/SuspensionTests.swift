#if JavaScript
import Foundation
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowJavaScript

extension JavaScriptRuntimeTests {
    @Suite("suspension")
    struct SuspensionTests {
        private func load(
            _ runtime: JavaScriptRuntime, _ text: String, host: any ScriptHost = RecordingScriptHost()
        ) async throws -> JavaScriptComponent {
            var limits = ScriptLimits()
            limits.cpuTime = .milliseconds(50)
            limits.wallTime = .seconds(5)
            limits.memory = 64 << 20
            let component = try await runtime.load(
                ScriptSource(name: "test.js", text: text), limits: limits, host: host, configuration: .null)
            return try #require(component as? JavaScriptComponent)
        }

        private func code(_ body: () async throws -> JSONValue) async -> ScriptError.Code? {
            do {
                _ = try await body()
                return nil
            } catch {
                return (error as? ScriptError)?.code
            }
        }

        private static let busyTimer = """
            const f = () => { setTimeout(f, 1); const end = Date.now() + 20; while (Date.now() < end); };
            exports.start = f;
            """

        @Test(
            "background code that takes too much time is suspended, and its neighbour goes on",
            arguments: [
                // Stopped with its worker, by the worker's watchdog, and by its budget.
                ("setTimeout(async () => { while (true) await null; }, 1);", true),
                ("const f = () => { setTimeout(f, 1); while (true); }; setTimeout(f, 1);", true),
                (busyTimer, true), (busyTimer, false),
            ])
        func backgroundSpinner(text: String, process: Bool) async throws {
            let isolation: JavaScriptRuntime.Isolation =
                process ? .process(executable: workerExecutable, workers: 1) : .inProcess()
            try await withRuntime(isolation) { runtime in
                let host = RecordingScriptHost()
                let neighbour = try await load(runtime, "exports.execute = () => 'fine';")
                let spinner = try await load(runtime, "\(text) exports.execute = () => 1;", host: host)
                try? await spinner.start()
                var lost = 0
                let isSuspended = await eventually {
                    if await code({ try await neighbour.execute(.null) }) != nil { lost += 1 }
                    return (spinner.suspension?.retryAfter ?? .zero) > .seconds(2)
                }
                #expect(isSuspended)
                #expect(lost <= 3)
                for _ in 0..<20 { #expect(try await neighbour.execute(.null) == "fine") }
                #expect(await code { try await spinner.execute(.null) } == .suspended)
                #expect(host.lines.contains { $0.message.contains("the component test.js rests for") })
                try await spinner.stop()
            }
        }

        @Test("a component that ends its worker with every call is suspended, and a new version works at once")
        func killer() async throws {
            try await withProcessRuntime(workers: 1) { runtime in
                let killer = try await load(runtime, "exports.execute = async () => { while (true) await null; };")
                for _ in 1...3 { #expect(await code { try await killer.execute(.null) } == .timeLimit) }
                let begin = ContinuousClock.now
                for _ in 1...100 { #expect(await code { try await killer.execute(.null) } == .suspended) }
                #expect(ContinuousClock.now - begin < .milliseconds(500))
                // The cause alone: who shows it says for how long.
                #expect(killer.suspension?.reason.hasPrefix("it failed 3 times, the last time because it used") == true)

                let swapped = try await load(runtime, "exports.execute = () => 'new';")
                #expect(try await swapped.execute(.null) == "new")
                try await killer.stop()
                #expect(try await swapped.execute(.null) == "new")
            }
        }

        @Test("what is told of a suspension names the module, not the file of its script")
        func moduleName() async throws {
            try await withProcessRuntime(workers: 1) { runtime in
                let component = try await load(
                    runtime, "exports.execute = async () => { while (true) await null; };",
                    host: NamedScriptHost(name: "probe"))
                for _ in 1...3 { #expect(await code { try await component.execute(.null) } == .timeLimit) }
                let error = await #expect(throws: ScriptError.self) { try await component.execute(.null) }
                #expect(
                    error?.message.hasPrefix("the component probe rests for ") == true, "\(String(describing: error))")
            }
        }

        @Test("errors and stops that spare the worker suspend nobody")
        func harmless() async throws {
            try await withProcessRuntime(workers: 1) { runtime in
                let component = try await load(
                    runtime, "exports.execute = (loop) => { while (loop); throw new Error('no'); };")
                for _ in 1...4 {
                    #expect(await code { try await component.execute(true) } == .timeLimit)
                    #expect(await code { try await component.execute(false) } == .thrown)
                }
                #expect(component.suspension == nil)
            }
        }

        @Test("a component whose init fails for a while in a new worker comes back by itself")
        func reload() async throws {
            try await withProcessRuntime(workers: 1) { runtime in
                let isDown = Mutex(false)
                let host = RecordingScriptHost { _, _ in
                    if isDown.withLock({ $0 }) { throw WorkflowError(.unavailable, "no connection") }
                    return 7
                }
                let component = try await load(
                    runtime,
                    """
                    let base;
                    exports.init = async () => { base = await workflow.kv.get("base"); };
                    exports.execute = async (loop) => { while (loop) await null; return base; };
                    """, host: host)
                isDown.withLock { $0 = true }
                #expect(await code { try await component.execute(true) } == .timeLimit)
                #expect(await eventually { component.suspension?.reason.contains("no connection") == true })
                #expect(await code { try await component.execute(false) } == .suspended)
                isDown.withLock { $0 = false }
                // Nobody calls it.
                #expect(await eventually { host.calls.count >= 3 && component.suspension == nil })
                #expect(try await component.execute(false) == 7)
            }
        }

        @Test("a call that is cancelled while its worker is being replaced is not executed by the next one")
        func cancelledHeldCall() async throws {
            try await withProcessRuntime(workers: 1) { runtime in
                let gate = TestGate()
                let host = RecordingScriptHost { _, _ in
                    try await gate.wait()
                    return .null
                }
                let component = try await load(
                    runtime,
                    """
                    const id = workflow.uuid();
                    exports.execute = async (text) => {
                      if (text === "wait") await workflow.kv.get("gate"); else workflow.log.info(text);
                      return id;
                    };
                    """, host: host)
                let slot = try #require(runtime.slots.first)
                let running = Task { try await component.execute("wait") }
                #expect(await eventually { gate.waitingCount == 1 })
                slot.retire()
                let cancelled = Task { try await component.execute("cancelled") }
                #expect(await eventually { slot.load.calls == 2 })
                cancelled.cancel()
                await #expect(throws: CancellationError.self) { try await cancelled.value }
                let kept = Task { try await component.execute("kept") }
                #expect(await eventually { slot.load.calls == 2 })
                gate.open()
                #expect(try await running.value != kept.value)
                #expect(host.lines.map(\.message) == ["kept"])
            }
        }

        @Test("a worker that cannot bound itself runs nothing, and says why")
        func unboundedWorker() async throws {
            let script = FileManager.default.temporaryDirectory.appendingPathComponent("worker-\(UUID()).sh")
            // The frame `ready` with a reason, on the descriptor that a worker has.
            let frame = #"\004\0\0\0\100"# + String(repeating: #"\0"#, count: 15) + "oops"
            try "#!/bin/sh\nprintf '\(frame)' >&3\nexec sleep 5\n".write(to: script, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script.path)
            defer { try? FileManager.default.removeItem(at: script) }
            try await withRuntime(.process(executable: script.path, arguments: [], workers: 1)) { runtime in
                await #expect {
                    _ = try await load(runtime, "exports.execute = () => 1;")
                } throws: { error in
                    (error as? ScriptError)?.code == .workerLost && "\(error)".contains("oops")
                        && "\(error)".contains("in-process")
                }
            }
        }
    }
}

/// The host of a module.
private struct NamedScriptHost: ScriptHost {
    let name: String
    var logLevel: String { "error" }

    func log(level: String, message: String, metadata: JSONObject) {}

    func call(_ function: String, arguments: [JSONValue]) async throws -> JSONValue { .null }
}
#endif
