import Synchronization

@testable import WorkflowCore

/// What the modules of one test did.
final class Journal: Sendable {
    private struct State {
        var entries: [String] = []
        var live: [String: Int] = [:]
    }

    private let state = Mutex(State())

    var entries: [String] { state.withLock { $0.entries } }

    func add(_ entry: String) { state.withLock { $0.entries.append(entry) } }

    /// Calls of one kind, such as `shutdown`, by module.
    func modules(_ call: String) -> [String] {
        entries.filter { $0.hasPrefix("\(call) ") }.map { String($0.dropFirst(call.count + 1)) }
    }
}

/// The journal, the gate and the weak references of a test, reached by modules through the environment's pool.
final class Probe: Sendable {
    let journal = Journal()
    let modules = Mutex<[WeakModule]>([])
    /// The ports of the modules that are ill; see ``HealthProbe``.
    let illPorts = Mutex<Set<Int>>([])
    /// What modules called by name do in a part of their life.
    let actions = Mutex<[String: @Sendable () async throws -> Void]>([:])

    struct WeakModule: Sendable {
        weak let module: ProbeModule?
    }

    static let key = "test probe"

    init(_ environment: EngineEnvironment) throws {
        _ = try environment.resources.acquire(Self.key, make: { self }, close: { _ in })
    }

    func on(_ call: String, _ action: @escaping @Sendable () async throws -> Void) {
        actions.withLock { $0[call] = action }
    }

    var liveModules: Int { modules.withLock { $0.count { $0.module != nil } } }

    static func find(_ environment: EngineEnvironment) throws -> Probe {
        try environment.resources.acquire(
            key, make: { throw WorkflowError(.internal, "no probe") }, close: { (_: Probe) in })
    }
}

/// A module that notes every part of its life. It holds its context, which real modules do as well.
class ProbeModule: @unchecked Sendable {
    // Unchecked since it is a class that is derived from; all its properties are constant.
    struct Configuration: ConfigurationObject {
        var fail = ""
        var use = ""
        var uses: [String] = []
        var port = 80
        var secret = ""

        static let fields: [ConfigurationField<Self>] = [
            .init(
                "fail", \.fail, "Which part of its life fails.",
                schema: .choice(["", "init", "validate", "prepare", "activate", "run"])),
            .init("use", \.use, "What it needs.", reference: .component),
            .init("uses", \.uses, "What else it needs.", reference: .component),
            .init("port", \.port, "A number.", schema: .integer(minimum: 1, maximum: 65_535)),
            .init("secret", \.secret, "A secret.", secret: true, aliases: ["password"]),
        ]

        init() {}
    }

    let configuration: Configuration
    let context: ModuleContext
    let probe: Probe

    required init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        probe = try Probe.find(context.environment)
        probe.modules.withLock { $0.append(.init(module: self)) }
        if configuration.fail == "init" { throw context.error("cannot be made") }
        probe.journal.add("init \(context.name)")
    }

    func enter(_ call: String) async throws {
        probe.journal.add("\(call) \(context.name)")
        let action = probe.actions.withLock { $0["\(call) \(context.name)"] }
        try await action?()
        if configuration.fail == call { throw WorkflowError(.unavailable, "cannot \(call)") }
    }

    func validate() throws {
        if configuration.fail == "validate" { throw WorkflowError(.invalidInput, "is not valid") }
    }

    func prepare() async throws { try await enter("prepare") }
    func activate() async throws { try await enter("activate") }

    func run() async throws {
        try await enter("run")
        defer { probe.journal.add("end \(context.name)") }
        while true { try await Task.sleep(for: .seconds(1000)) }
    }

    func shutdown() async { try? await enter("shutdown") }
}

final class ResidentProbe: ProbeModule, WorkflowModule, @unchecked Sendable {
    static let descriptor = ModuleDescriptor(type: "probe", summary: "Resident.", provides: [.component])
}

final class NeedyProbe: ProbeModule, WorkflowModule, @unchecked Sendable {
    static let descriptor = ModuleDescriptor(
        type: "needy", summary: "Finds others by kind.", provides: [.authenticator],
        requires: [.init(.component), .init(.stateTracker)])
}

final class IngressProbe: ProbeModule, WorkflowModule, @unchecked Sendable {
    static let descriptor = ModuleDescriptor(
        type: "ingress", summary: "Takes work in.", provides: [.httpServer], isIngress: true)
}

final class StoreProbe: ProbeModule, WorkflowModule, StateStoreProvider, @unchecked Sendable {
    static let descriptor = ModuleDescriptor(type: "store", summary: "Keeps state.", provides: [.stateStore])

    let store = InMemoryStateStore()

    required init(configuration: Configuration, context: ModuleContext) throws {
        try super.init(configuration: configuration, context: context)
        struct Check: HealthCheck {
            func check() async -> HealthStatus { .healthy }
        }
        context.generation.addHealthCheck(context.name, Check())
    }

    func stateStore() throws -> any StateStore { store }
}

/// A workflow section that makes a state machine and invokes itself by name.
final class WorkflowProbe: ProbeModule, WorkflowModule, WorkflowHandler, @unchecked Sendable {
    static let descriptor = ModuleDescriptor(type: "flow", section: .workflow, summary: "A workflow.")

    let engine: StateMachineEngine

    required init(configuration: Configuration, context: ModuleContext) throws {
        engine = StateMachineEngine(name: "machine", generation: context.generation)
        try super.init(configuration: configuration, context: context)
        try engine.add(.job())
        try context.generation.invoker.add(self, name: "flow")
    }

    func execute(_ call: WorkflowCall) async throws -> JSONValue {
        let id = call.data["id"]?.stringValue ?? "1"
        let instance = try await engine.create("job", id: id, data: call.data, firing: "begin")
        return .string(instance.currentState)
    }
}

let probeRegistry = ModuleRegistry([
    ResidentProbe.self, NeedyProbe.self, IngressProbe.self, StoreProbe.self, WorkflowProbe.self,
])
