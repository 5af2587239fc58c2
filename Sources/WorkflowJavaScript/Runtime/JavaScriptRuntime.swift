#if JavaScript
import Synchronization
public import WorkflowCore

/// Runs components written in JavaScript, on JavaScriptCore.
///
/// A component is a CommonJS module:
///
/// ```javascript
/// module.exports = {
///   name: "greeter",
///   contract: { requiredInputs: { who: { type: "string" } } },
///   async execute(input) {
///     await workflow.sleep(5);
///     return { greeting: `Hello, ${input.who}` };
///   },
/// };
/// ```
///
/// `init(configuration)`, `start()` and `stop()` are optional. Every function may be `async`. A result follows the rules of
/// `JSON.stringify`, with `undefined` read as `null`; cycles, functions and `BigInt` are errors.
///
/// A script sees the language, `workflow` (log, clock, random numbers, digests, timers, and the host functions that
/// ``ScriptHost`` grants), `console`, `setTimeout` and `clearTimeout`. Code from strings, modules, WebAssembly and shared
/// memory are not there.
///
/// A component lives in one worker (see ``ScriptLimits/instances``), and its module scope keeps its values from call to
/// call as long as that worker lives. A worker that is lost is replaced; its components are loaded again, with `init`, and
/// `start` if that had run.
///
/// **What a call leaves behind ends with it.** A timer that a call has set and not waited for never fires once the call
/// and every other call of the component have ended, and the answer to a host call that it has not waited for is dropped;
/// the host call itself is carried out. What the module's scope, `init` and `start` begin goes on in the background, with
/// a twentieth of a processor: 500 ms within ten seconds. A component that needs more is unloaded and loaded again.
///
/// **A component that ends its worker again and again is suspended.** When it has done so three times within a minute
/// (by processor time, memory, a crash, its background code, or an `init` that fails in a new worker), it is unloaded, and
/// its calls fail with ``ScriptError/Code/suspended`` before they begin, for five seconds at first and up to five minutes.
/// Then it is loaded for one call; if that ends, it goes on. A component that replaces it starts with a clean record.
public final class JavaScriptRuntime: ScriptRuntime {
    /// Where scripts run.
    public enum Isolation: Sendable, Hashable {
        /// In worker processes: a script that cannot be stopped, or uses up its memory, ends with its worker.
        ///
        /// On Linux, a worker filters its own system calls; where the system does not let it, no script runs.
        ///
        /// - Parameters:
        ///   - executable: The program that calls ``JavaScriptWorker/main()``.
        ///   - arguments: The arguments that make it do so.
        ///   - workers: How many processes there are at most. Each starts when it is needed first.
        case process(executable: String, arguments: [String] = [JavaScriptWorker.argument], workers: Int = 2)
        /// On threads of this process, for scripts that are trusted: endless microtasks and exhausted memory are not
        /// survived.
        ///
        /// - Parameter threads: How many threads there are at most.
        case inProcess(threads: Int = 1)
    }

    let slots: [ScriptWorkerSlot]
    private let nextComponent = Atomic<UInt32>(1)
    private let nextTurn = Atomic<UInt32>(0)

    /// Creates a runtime. Nothing starts before the first component is loaded.
    ///
    /// - Parameter isolation: Where scripts run.
    /// - Throws: ``ScriptError`` when the system has no descriptors left.
    public init(isolation: Isolation) throws {
        switch isolation {
        case .process(let executable, let arguments, let workers):
            slots = try (0..<max(1, workers)).map { _ throws(ScriptError) in
                ScriptWorkerSlot(transport: try ProcessTransport(executable: executable, arguments: arguments))
            }
        case .inProcess(let threads):
            slots = (0..<max(1, threads)).map { _ in ScriptWorkerSlot(transport: InProcessTransport()) }
        }
    }

    deinit {
        for slot in slots { slot.close() }
    }

    /// Starts every worker in the background, so that the first component does not wait for its process.
    public func warmUp() {
        for slot in slots { slot.startIfNeeded() }
    }

    public func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent {
        let engineLimits = EngineLimits(limits, logLevel: host.logLevel)
        var writer = ScriptPayloadWriter()
        engineLimits.write(to: &writer)
        writer.text(source.name)
        writer.text(source.text)
        writer.text(configuration.jsonBytes())
        let component = ScriptWorkerSlot.Component(
            name: host.name.isEmpty ? source.name : host.name, host: host, limits: engineLimits, load: writer.bytes)
        let instances = leastLoaded(limits.instances).map { slot in
            JavaScriptComponent.Instance(
                slot: slot, id: nextComponent.wrappingAdd(1, ordering: .relaxed).oldValue)
        }
        do {
            let payloads = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for instance in instances {
                    group.addTask { try await instance.slot.loadComponent(instance.id, component) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let (name, contract) = try Self.declaration(payloads.first ?? [], source: source)
            return JavaScriptComponent(
                name: name, contract: contract, limits: limits, instances: instances, runtime: self)
        } catch {
            for instance in instances { instance.slot.removeComponent(instance.id) }
            throw error
        }
    }

    public func shutdown() async {
        for slot in slots { slot.close() }
        for slot in slots { await slot.waitUntilFinished() }
    }

    private func leastLoaded(_ count: Int) -> [ScriptWorkerSlot] {
        // Slots that are equal take turns, so that components that are loaded at the same time do not meet in one.
        let turn = Int(nextTurn.wrappingAdd(1, ordering: .relaxed).oldValue % UInt32(slots.count))
        let ordered = (slots[turn...] + slots[..<turn]).map { ($0, $0.load) }.enumerated().sorted { left, right in
            let (one, other) = (left.element.1, right.element.1)
            return (one.components, one.calls, left.offset) < (other.components, other.calls, right.offset)
        }
        return ordered.prefix(max(1, count)).map(\.element.0)
    }

    private static func declaration(
        _ payload: [UInt8], source: ScriptSource
    ) throws -> (name: String, contract: ScriptContract) {
        try payload.withUnsafeBytes { bytes in
            var reader = ScriptPayloadReader(bytes)
            let name = reader.text()
            let contract = reader.textBytes()
            guard !contract.isEmpty else { return (name.isEmpty ? source.name : name, ScriptContract()) }
            let declared: JSONValue
            do {
                declared = try JSONValue(parsing: contract)
            } catch {
                throw ScriptError(.contract, "contract is not JSON that the engine takes: \(error)")
            }
            return (name.isEmpty ? source.name : name, try ScriptContract(declared: declared))
        }
    }
}

extension EngineLimits {
    init(_ limits: ScriptLimits, logLevel: String) {
        self.init(
            cpuTime: max(0.001, limits.cpuTime / .seconds(1)),
            wallTime: UInt64(clamping: Int(min(max(0.001, limits.wallTime / .seconds(1)), 1e9) * 1e9)),
            memory: limits.memory, outputSize: limits.outputSize,
            logLevel: Self.logLevels.firstIndex(of: logLevel) ?? 0)
    }
}
#endif
