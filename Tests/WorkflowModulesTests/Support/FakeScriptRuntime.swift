import Synchronization
import WorkflowCore

/// A script whose functions are closures.
struct FakeScript: Sendable {
    var loadError: ScriptError?
    var startError: ScriptError?
    var execute: @Sendable (JSONValue, any ScriptHost) async throws -> JSONValue = { input, _ in input }

    /// A script that returns the same for every input.
    static func returning(_ value: JSONValue) -> FakeScript {
        FakeScript(execute: { _, _ in value })
    }
}

/// Runs scripts whose texts are the keys of closures.
final class FakeScriptRuntime: ScriptRuntime {
    let scripts: [String: FakeScript]
    private let history = Mutex<[String]>([])

    init(scripts: [String: FakeScript]) {
        self.scripts = scripts
    }

    /// What was done, such as `load a`, `start a`, `stop a`.
    var events: [String] { history.withLock { $0 } }

    func record(_ event: String) {
        history.withLock { $0.append(event) }
    }

    func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent {
        record("load \(source.text)")
        guard let script = scripts[source.text] else {
            throw ScriptError(.syntax, "no such script", line: 1, column: 1)
        }
        if let error = script.loadError { throw error }
        return FakeScriptComponent(name: source.text, script: script, host: host, runtime: self)
    }

    func shutdown() async {}
}

/// A loaded fake script.
final class FakeScriptComponent: ScriptComponent {
    private struct State {
        var calls = 0
        var isStopped = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    let name: String
    let contract = ScriptContract()
    private let script: FakeScript
    private let host: any ScriptHost
    private let runtime: FakeScriptRuntime
    private let state = Mutex(State())

    init(name: String, script: FakeScript, host: any ScriptHost, runtime: FakeScriptRuntime) {
        self.name = name
        self.script = script
        self.host = host
        self.runtime = runtime
    }

    func start() async throws {
        if let error = script.startError { throw error }
        runtime.record("start \(name)")
    }

    func execute(_ input: JSONValue) async throws -> JSONValue {
        try state.withLock { state in
            if state.isStopped { throw ScriptError(.stopped, "stopped") }
            state.calls += 1
        }
        defer {
            let waiting = state.withLock { state in
                state.calls -= 1
                return state.calls == 0 ? state.waiting : nil
            }
            waiting?.resume()
        }
        return try await script.execute(input, host)
    }

    func stop() async throws {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isStopped = true
                if state.calls > 0 { state.waiting = continuation }
                return state.calls == 0
            }
            if isIdle { continuation.resume() }
        }
        runtime.record("stop \(name)")
    }
}
