#if JavaScript
import Synchronization
import WorkflowCore

/// A component that lives in one or more workers.
final class JavaScriptComponent: ScriptComponent {
    /// The component in one worker.
    struct Instance {
        let slot: ScriptWorkerSlot
        let id: UInt32
    }

    let name: String
    let contract: ScriptContract
    private let limits: ScriptLimits
    private let instances: [Instance]
    private let gate: CallGate
    private let isStopped = Atomic(false)
    /// Keeps the workers alive as long as the component is.
    private let runtime: JavaScriptRuntime

    init(
        name: String, contract: ScriptContract, limits: ScriptLimits, instances: [Instance], runtime: JavaScriptRuntime
    ) {
        self.name = name
        self.contract = contract
        self.limits = limits
        self.instances = instances
        self.runtime = runtime
        gate = CallGate(limit: limits.concurrency, queue: limits.queue)
    }

    deinit {
        for instance in instances { instance.slot.removeComponent(instance.id) }
    }

    func start() async throws {
        for instance in instances {
            _ = try await instance.slot.call(.start, component: instance.id, [])
        }
    }

    func execute(_ input: JSONValue) async throws -> JSONValue {
        let completed = try contract.completing(input)
        var payload = completed.jsonBytes()
        guard payload.count <= limits.outputSize else {
            throw ScriptError(.invalidInput, "the input is larger than \(limits.outputSize) bytes")
        }
        payload.append(0)
        try await gate.enter()
        defer { gate.leave() }
        guard let instance = leastLoaded else { throw ScriptError(.stopped, "the component has been stopped") }
        let result = try await instance.slot.call(.execute, component: instance.id, payload)
        do {
            return try JSONValue(parsing: result, options: Self.resultOptions(limits))
        } catch {
            throw ScriptError(.invalidValue, "the result is not JSON that the engine takes: \(error)")
        }
    }

    func stop() async throws {
        guard !isStopped.exchange(true, ordering: .sequentiallyConsistent) else { return }
        await gate.close()
        var failure: (any Error)?
        for instance in instances {
            do {
                _ = try await instance.slot.call(.stop, component: instance.id, [])
            } catch let error as ScriptError where error.code == .suspended {
                // It is not loaded, so that nothing is left to be stopped.
            } catch {
                failure = failure ?? error
            }
            instance.slot.removeComponent(instance.id)
        }
        if let failure { throw failure }
    }

    /// Why the component is not to be called, when none of its instances is: they have ended their workers too often.
    var suspension: (reason: String, retryAfter: Duration)? {
        var first: (reason: String, retryAfter: Duration)?
        for instance in instances {
            guard let rest = instance.slot.rest(of: instance.id) else { return nil }
            if rest.retryAfter < first?.retryAfter ?? .seconds(Int64.max) { first = rest }
        }
        return first
    }

    private var leastLoaded: Instance? {
        guard instances.count > 1 else { return instances.first }
        return instances.map { ($0, $0.slot.burden(of: $0.id)) }.min { $0.1 < $1.1 }?.0
    }

    private static func resultOptions(_ limits: ScriptLimits) -> JSONParsingOptions {
        JSONParsingOptions(maximumBytes: limits.outputSize, duplicateKeys: .lastWins)
    }
}
#endif
