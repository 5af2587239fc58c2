#if JavaScript
import Foundation
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowJavaScript

extension JavaScriptRuntimeTests {
    @Suite("worker processes")
    struct WorkerProcessTests {
        private static let limits: ScriptLimits = {
            var limits = ScriptLimits()
            limits.cpuTime = .milliseconds(100)
            limits.wallTime = .seconds(5)
            limits.memory = 64 << 20
            return limits
        }()

        private func load(_ runtime: JavaScriptRuntime, _ text: String) async throws -> any ScriptComponent {
            try await runtime.load(
                ScriptSource(name: "test.js", text: text), limits: Self.limits, host: RecordingScriptHost(),
                configuration: .null)
        }

        @Test("a worker that is killed from outside is replaced, and its components live on")
        func killedWorker() async throws {
            try await withProcessRuntime(workers: 1) { runtime in
                let component = try await load(
                    runtime, "exports.execute = async (wait) => { if (wait) await workflow.sleep(3000); return 'ok'; };"
                )
                let waiting = Task { try await component.execute(true) }
                try await Task.sleep(for: .milliseconds(50))
                let worker = try #require(workers().first)
                kill(worker, SIGKILL)
                await #expect { try await waiting.value } throws: { ($0 as? ScriptError)?.code == .workerLost }
                #expect(try await component.execute(false) == "ok")
                #expect(workers().first != worker)
            }
        }

        @Test("a loop is stopped even when the worker had been idle for long")
        func loopAfterIdling() async throws {
            try await withProcessRuntime(workers: 1) { runtime in
                let component = try await load(
                    runtime, "exports.execute = async (x) => { while (x) await null; return 1; };")
                try await Task.sleep(for: .milliseconds(2600))
                await #expect { try await component.execute(true) } throws: { ($0 as? ScriptError)?.code == .timeLimit }
                #expect(try await component.execute(false) == 1)
            }
        }

        @Test("a worker ends with the thread that started it")
        func endsWithParent() async throws {
            let process: WorkerProcess = try await withCheckedThrowingContinuation { continuation in
                _ = DedicatedThread.start {
                    continuation.resume(
                        with: Result {
                            try WorkerProcess.spawn(
                                executable: workerExecutable, arguments: [JavaScriptWorker.argument])
                        })
                    usleep(200_000)
                }
            }
            #expect(process.wait().map { $0 & 0x7F } == SIGKILL)
        }

        @Test("a worker ends when its connection closes")
        func endsWithConnection() async throws {
            let process = try WorkerProcess.spawn(executable: workerExecutable, arguments: [JavaScriptWorker.argument])
            shutdown(process.socket.descriptor, Int32(SHUT_RDWR))
            #expect(process.wait() == 0)
        }

        @Test("a worker has no descriptors and no environment of its parent")
        func inheritsNothing() async throws {
            let secret = open("/dev/null", O_RDONLY)
            defer { close(secret) }
            try await withProcessRuntime(workers: 1) { runtime in
                _ = try await load(runtime, "exports.execute = () => 1;")
                let worker = try #require(workers().first)
                let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(worker)/fd").sorted()
                let targets = descriptors.map {
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(worker)/fd/\($0)")) ?? ""
                }
                #expect(targets.filter { $0.hasPrefix("socket:") }.count == 1)
                let unknown = targets.filter {
                    !["/dev/null", "/dev/urandom", "/proc/\(worker)/statm"].contains($0) && !$0.hasPrefix("socket:")
                        && !$0.hasPrefix("anon_inode:")
                }
                #expect(unknown == [])
                // The filter of system calls is in force (2), and no new privileges can be had.
                let status = try String(contentsOfFile: "/proc/\(worker)/status", encoding: .utf8)
                #expect(status.contains("Seccomp:\t2"))
                #expect(status.contains("NoNewPrivs:\t1"))
                let environment = try String(contentsOfFile: "/proc/\(worker)/environ", encoding: .utf8)
                let names = environment.split(separator: "\0").compactMap { $0.split(separator: "=").first }
                #expect(Set(names).isSubset(of: ["GIGACAGE_ENABLED", "JSC_useJIT", "TZ", "LD_LIBRARY_PATH"]))
            }
        }

        @Test("an executable that is no worker fails the load with a reason")
        func wrongExecutable() async throws {
            for executable in ["/bin/true", "/nonexistent"] {
                try await withRuntime(.process(executable: executable, workers: 1)) { runtime in
                    await #expect {
                        _ = try await load(runtime, "exports.execute = () => 1;")
                    } throws: { error in
                        (error as? ScriptError)?.code == .workerLost && "\(error)".contains(executable)
                    }
                }
            }
        }

        @Test("instances of a component live in different workers")
        func instances() async throws {
            try await withProcessRuntime(workers: 2) { runtime in
                var limits = Self.limits
                limits.instances = 2
                let component = try await runtime.load(
                    ScriptSource(
                        name: "test.js",
                        text:
                            "const me = workflow.uuid(); exports.execute = async () => { await workflow.sleep(20); return me; };"
                    ),
                    limits: limits, host: RecordingScriptHost(), configuration: .null)
                let answers = try await withThrowingTaskGroup(of: JSONValue.self) { group in
                    for _ in 0..<8 { group.addTask { try await component.execute(.null) } }
                    return try await group.reduce(into: Set<JSONValue>()) { $0.insert($1) }
                }
                #expect(answers.count == 2)
                #expect(workers().count == 2)
            }
        }

        @Test("a worker whose memory is nearly used up is replaced, without a call failing")
        func retires() async throws {
            try await withProcessRuntime(workers: 1) { runtime in
                var limits = Self.limits
                limits.memory = 128 << 20
                // The subject is memory, whose growth takes time on a busy machine.
                limits.cpuTime = .seconds(5)
                let component = try await runtime.load(
                    ScriptSource(
                        name: "test.js",
                        text: """
                            const kept = [];
                            exports.execute = (bytes) => { if (bytes) kept.push(new Uint8Array(bytes).fill(1)); return kept.length; };
                            """),
                    limits: limits, host: RecordingScriptHost(), configuration: .null)
                let worker = try #require(workers().first)
                #expect(try await component.execute(120_000_000) == 1)
                var isReplaced = false
                for _ in 0..<2000 where !isReplaced { isReplaced = try await component.execute(0) == 0 }
                #expect(isReplaced)
                #expect(workers().first != worker)
            }
        }

        @Test("components that are stopped give their memory back", arguments: [true, false])
        func unloading(process: Bool) async throws {
            let body: (JavaScriptRuntime) async throws -> Void = { runtime in
                var sizes: [Int] = []
                for version in 0..<200 {
                    let component = try await load(
                        runtime,
                        "const data = new Array(50000).fill(\(version).5); exports.execute = () => data.length;")
                    #expect(try await component.execute(.null) == 50000)
                    try await component.stop()
                    if version % 50 == 49 {
                        sizes.append(residentSize(process ? try #require(workers().first) : getpid()))
                    }
                }
                // 200 versions of 400 KB each, were they kept.
                let growth = (sizes.last ?? 0) - (sizes.first ?? 0)
                #expect(growth < 20 << 20, "\(sizes)")
            }
            if process {
                try await withProcessRuntime(workers: 1, body)
            } else {
                try await withRuntime(.inProcess(), body)
            }
        }

        /// The worker processes of this process.
        private func workers() -> [pid_t] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return names.compactMap { pid_t($0) }.filter { identifier in
                let stat = (try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)) ?? ""
                let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
                let command = (try? String(contentsOfFile: "/proc/\(identifier)/cmdline", encoding: .utf8)) ?? ""
                return fields.count > 1 && pid_t(fields[1]) == getpid() && command.contains(JavaScriptWorker.argument)
            }
        }

        private func residentSize(_ identifier: pid_t) -> Int {
            let statm = (try? String(contentsOfFile: "/proc/\(identifier)/statm", encoding: .utf8)) ?? ""
            return (statm.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
        }
    }
}
#endif
