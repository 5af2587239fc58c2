import Synchronization
import WorkflowCore

/// A script that can be replaced while it is in use.
final class SwappableComponent: ExecutableComponent {
    private enum State {
        case empty
        case loaded(any ScriptComponent, version: Int)
        case shutDown
    }

    private let name: String
    private let clock: any EngineClock
    private let succeeded: MetricCounter
    private let failed: MetricCounter
    private let duration: MetricHistogram
    private let state = Mutex(State.empty)
    private let gate = SerialGate()

    init(
        name: String, clock: any EngineClock, succeeded: MetricCounter, failed: MetricCounter, duration: MetricHistogram
    ) {
        self.name = name
        self.clock = clock
        self.succeeded = succeeded
        self.failed = failed
        self.duration = duration
    }

    /// What the script says about itself; `nil` while none is loaded.
    var contract: (name: String, contract: ScriptContract)? {
        guard case .loaded(let script, _) = state.withLock({ $0 }) else { return nil }
        return (script.name, script.contract)
    }

    /// Why the script rests and for how long, when it does.
    var suspension: (reason: String, retryAfter: Duration)? {
        guard case .loaded(let script, _) = state.withLock({ $0 }) else { return nil }
        return script.suspension
    }

    func execute(_ input: JSONValue) async throws -> JSONValue {
        let started = clock.now
        do {
            let result = try await executeCurrent(input)
            duration.record(started.duration(to: clock.now))
            succeeded.increment()
            return result
        } catch {
            duration.record(started.duration(to: clock.now))
            failed.increment()
            throw error
        }
    }

    private func executeCurrent(_ input: JSONValue) async throws -> JSONValue {
        while true {
            let (script, version) = try current()
            do {
                return try await script.execute(input)
            } catch let error as ScriptError where error.code == .stopped {
                // Replaced between being looked up and being called; the call has not begun, so the new one takes it.
                guard try current().version != version else { throw error }
            }
        }
    }

    /// Loads and starts a script, lets new calls go to it, and stops the one before.
    ///
    /// - Returns: Why the one before did not stop cleanly, or `nil`.
    /// - Throws: What `load` or the start throws; nothing is replaced then.
    func replace(_ load: () async throws -> any ScriptComponent) async throws -> (any Error)? {
        try await gate.run {
            guard !isShutDown else { throw shutDownError }
            let script = try await load()
            do {
                try await script.start()
            } catch {
                // The start is what failed; how the rest of it ends does not matter any more.
                try? await script.stop()
                throw error
            }
            let before = state.withLock { state in
                defer {
                    let version = if case .loaded(_, let version) = state { version } else { 0 }
                    state = .loaded(script, version: version + 1)
                }
                return state
            }
            guard case .loaded(let old, _) = before else { return nil }
            do {
                try await old.stop()
                return nil
            } catch {
                return error
            }
        }
    }

    /// Stops the script after its calls; later calls fail.
    func shutdown() async throws {
        try await gate.run {
            let before = state.withLock { state in
                defer { state = .shutDown }
                return state
            }
            if case .loaded(let script, _) = before { try await script.stop() }
        }
    }

    private var isShutDown: Bool {
        state.withLock { if case .shutDown = $0 { true } else { false } }
    }

    private func current() throws -> (script: any ScriptComponent, version: Int) {
        switch state.withLock({ $0 }) {
        case .loaded(let script, let version): return (script, version)
        case .empty: throw WorkflowError(.unavailable, "The component \"\(name)\" is not loaded yet.")
        case .shutDown: throw shutDownError
        }
    }

    private var shutDownError: WorkflowError {
        WorkflowError(.unavailable, "The component \"\(name)\" has been shut down.")
    }
}
