import Logging
import Synchronization
import WorkflowCore

/// A script that can be replaced while it is in use.
final class SwappableComponent: ExecutableComponent {
    /// A script that takes calls.
    private struct Current {
        let script: any ScriptComponent
        let number: Int
        let source: ScriptSource
        let digest: String
        let loadedAt: Timestamp
    }

    private struct State {
        var current: Current?
        var lastNumber = 0
        /// How far the first script has come; what ``current`` says counts more.
        var stage = ComponentStatus.unloaded
        /// What is wrong although, or because of which, nothing has been replaced.
        var problem: String?
        var isShutDown = false
    }

    let name: String
    private let loader: ScriptLoader
    private let clock: any EngineClock
    private let metrics: ScriptMetrics
    private let state = Mutex(State())
    private let gate = SerialGate()
    private let retired: RetiredScripts

    init(name: String, loader: ScriptLoader, clock: any EngineClock, metrics: EngineMetrics, logger: Logger) {
        self.name = name
        self.loader = loader
        self.clock = clock
        self.metrics = ScriptMetrics(name: name, clock: clock, metrics: metrics)
        retired = RetiredScripts(logger: logger)
    }

    var concurrency: Int { loader.limits.concurrency }

    /// What the script says about itself; `nil` while none is loaded.
    var contract: (name: String, contract: ScriptContract)? {
        state.withLock { $0.current?.script }.map { ($0.name, $0.contract) }
    }

    /// Why the script rests and for how long, in words; `nil` when it does not rest.
    var rest: String? { state.withLock { $0.current?.script }?.rest }

    /// The script that takes calls.
    var source: ScriptSource? { state.withLock { $0.current?.source } }

    /// The digest of the script that takes calls.
    var digest: String? { state.withLock { $0.current?.digest } }

    /// What is known about the component.
    var report: ComponentReport {
        let state = state.withLock { $0 }
        var report = ComponentReport(id: name, name: state.current?.script.name ?? name, status: state.stage)
        report.error = state.problem
        if let current = state.current {
            report.status = .running
            report.loadedAt = current.loadedAt
            report.source = current.source
            report.digest = current.digest
            if let rest = current.script.rest {
                report.status = .error
                report.error = rest
            }
        }
        if state.isShutDown { report.status = .stopped }
        return report
    }

    /// Runs `body` when the replacements that were asked for before are done.
    func inTurn<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        try await gate.run(body)
    }

    /// Loads and starts a script, lets new calls go to it, and lets the one before stop after the calls that it has.
    ///
    /// To be called within ``inTurn(_:)``.
    ///
    /// - Parameters:
    ///   - source: The new script.
    ///   - commit: What has to be done when the new script works and before it takes calls.
    /// - Throws: What the loader, the script's start or `commit` throws; nothing is replaced then.
    func replace(with source: ScriptSource, commit: () async throws -> Void = {}) async throws {
        guard state.withLock({ $0.current == nil }) else {
            return try await metrics.swap { try await load(source, commit) }
        }
        do {
            try await load(source, commit)
        } catch {
            state.withLock { state in
                state.stage = .error
                state.problem = "\(error)"
            }
            throw error
        }
    }

    private func load(_ source: ScriptSource, _ commit: () async throws -> Void) async throws {
        guard !state.withLock({ $0.isShutDown }) else { throw shutDownError }
        await retired.makeRoom()
        try loader.check(source)
        advance(to: .loaded)
        let script = try await loader.load(source)
        advance(to: .initialized)
        do {
            try await script.start()
            try await commit()
        } catch {
            // Why it does not take over is what counts, not how it ends.
            retired.add(script)
            throw error
        }
        take(script, source)
    }

    private func take(_ script: any ScriptComponent, _ source: ScriptSource) {
        let digest = source.digest
        let before = state.withLock { state in
            state.lastNumber += 1
            state.problem = nil
            let before = state.current
            state.current = Current(
                script: script, number: state.lastNumber, source: source, digest: digest, loadedAt: clock.now)
            return before
        }
        if let before { retired.add(before.script) }
    }

    /// Tells what is wrong although the script in place goes on; `nil` when nothing is any more.
    func note(problem: String?) {
        state.withLock { $0.problem = problem }
    }

    /// Takes the script away; later calls fail until there is another one. To be called within ``inTurn(_:)``.
    func unload() {
        let before = state.withLock { state in
            defer {
                state.current = nil
                state.stage = .unloaded
                state.problem = nil
            }
            return state.current
        }
        if let before { retired.add(before.script) }
    }

    /// Stops the script after its calls; later calls fail.
    ///
    /// - Throws: What the script's stop throws; it has been stopped all the same.
    func shutdown() async throws {
        do {
            try await gate.run {
                let before = state.withLock { state in
                    defer {
                        state.current = nil
                        state.isShutDown = true
                    }
                    return state.current
                }
                try await before?.script.stop()
            }
        } catch {
            await retired.finish()
            throw error
        }
        await retired.finish()
    }

    private func advance(to stage: ComponentStatus) {
        state.withLock { $0.stage = stage }
    }

    func execute(_ input: JSONValue) async throws -> JSONValue {
        try await metrics.call { try await executeCurrent(input) }
    }

    private func executeCurrent(_ input: JSONValue) async throws -> JSONValue {
        while true {
            let (script, number) = try current()
            do {
                return try await script.execute(input)
            } catch let error as ScriptError where error.code == .stopped {
                // Replaced between being looked up and being called; the call has not begun, so the new one takes it.
                guard try current().number != number else { throw error }
            }
        }
    }

    private func current() throws -> (script: any ScriptComponent, number: Int) {
        let (current, isShutDown) = state.withLock { ($0.current, $0.isShutDown) }
        if let current { return (current.script, current.number) }
        throw isShutDown
            ? shutDownError : WorkflowError(.unavailable, "The component \"\(name)\" is not loaded.")
    }

    private var shutDownError: WorkflowError {
        WorkflowError(.unavailable, "The component \"\(name)\" has been shut down.")
    }
}

extension ScriptComponent {
    /// Why the script rests and for how long, in words; `nil` when it does not rest.
    fileprivate var rest: String? {
        suspension.map { "suspended for \(Int(($0.retryAfter / .seconds(1)).rounded(.up))) s: \($0.reason)" }
    }
}
