import Synchronization
import WorkflowCore

/// What the script runtimes of a test have loaded.
final class LoadedScripts: Sendable {
    private struct State {
        var texts: [String] = []
        var runtimes = 0
    }

    private let state = Mutex(State())

    var texts: [String] { state.withLock { $0.texts } }
    var runtimesInUse: Int { state.withLock { $0.runtimes } }

    func add(_ text: String) { state.withLock { $0.texts.append(text) } }
    func begin() { state.withLock { $0.runtimes += 1 } }
    func end() { state.withLock { $0.runtimes -= 1 } }
}

/// A script runtime that takes every text but `broken`.
final class RecordingScripts: ScriptRuntime {
    private let loaded: LoadedScripts

    init(loaded: LoadedScripts) {
        self.loaded = loaded
        loaded.begin()
    }

    func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent {
        guard source.text != "broken" else { throw ScriptError(.syntax, "the script is broken", line: 1) }
        loaded.add(source.text)
        return Component(name: source.name)
    }

    func shutdown() async { loaded.end() }

    private struct Component: ScriptComponent {
        let name: String
        var contract: ScriptContract { ScriptContract() }

        func start() async throws {}
        func execute(_ input: JSONValue) async throws -> JSONValue { input }
        func stop() async throws {}
    }
}
