import Logging
import Tracing

/// Creates the modules of a plan.
struct GenerationBuilder {
    private let number: Int
    private let environment: EngineEnvironment
    private var isDryRun: Bool
    private let previous: EngineGeneration?
    private var carryOver = CarryOver()
    private var services = ServiceDirectory()
    private var instances: [ModuleInstance] = []
    private var prepared: [ModuleInstance] = []
    private var issues: [ConfigurationIssue] = []
    private var created: Set<ModuleInstance.Key> = []
    /// The modules that are not there because something is wrong with them or with those they need.
    private var missing: Set<String> = []
    /// The contexts in use: the one for the modules that keep the state, when there are any, and that of all others.
    private var contexts: [GenerationContext] = []
    /// Whether a section of `workflows` is not there.
    private var lacksWorkflow = false

    init(number: Int, environment: EngineEnvironment, isDryRun: Bool, previous: EngineGeneration?) {
        self.number = number
        self.environment = environment
        self.isDryRun = isDryRun
        self.previous = previous
    }

    /// Creates every module; leaves nothing behind when that fails.
    ///
    /// When something is wrong already, what can be created is created all the same, to tell of everything at once.
    mutating func build(_ plan: GenerationPlan) async throws -> EngineGeneration {
        issues = plan.issues
        missing = plan.missing
        lacksWorkflow = plan.lacksWorkflow
        isDryRun = isDryRun || !issues.isEmpty
        do {
            let context = try await open(plan)
            if !isDryRun { try await environment.components?.open(context) }
            addComponents(plan)
            for part in plan.parts where !created.contains(part.key) { make(part, context) }
            let parts = Dictionary(plan.parts.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
            for instance in instances {
                if let part = parts[instance.key] { check(instance, part, context) }
            }
            let told = issues.filter { !isExplained($0, plan) }
            // Two that only miss each other are told all the same.
            if !issues.isEmpty { throw ConfigurationError(told.isEmpty ? issues : told) }
            let position = Dictionary(
                plan.startOrder.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
            // What keeps the state has been prepared, and stays first.
            let first = Set(prepared.map(\.key))
            let (early, late) = (
                instances.filter { first.contains($0.key) }, instances.filter { !first.contains($0.key) }
            )
            instances = early + late.sorted { position[$0.key] ?? 0 < position[$1.key] ?? 0 }
            return EngineGeneration(
                configuration: plan.configuration, context: context, provisional: contexts.dropLast().first,
                instances: instances, inherited: carryOver.all, prepared: prepared)
        } catch {
            let prepared = prepared
            await Task {
                for instance in prepared.reversed() { await instance.module.shutdown() }
            }.value
            for context in contexts { context.dismantle() }
            throw error
        }
    }

    /// Offers the components that were added while the application ran to those that look for components by name.
    private mutating func addComponents(_ plan: GenerationPlan) {
        let names = Set(plan.parts.map(\.name))
        for (name, component) in environment.components?.added ?? [] where !names.contains(name) {
            services.add(component, name: name, type: "dynamic.component")
        }
    }

    /// Makes the context of the generation.
    ///
    /// Modules that keep the state come first: they are prepared before any other module is created, so that the others
    /// find the store at their creation. A later generation has the store of the one before.
    private mutating func open(_ plan: GenerationPlan) async throws -> GenerationContext {
        if let previous {
            carryOver = CarryOver(from: previous.instances, into: plan.parts)
            checkStore(plan, previous)
            let context = GenerationContext(
                number: number, environment: environment, runtime: previous.context.runtime)
            contexts.append(context)
            return context
        }
        let early: Set<ServiceKind> = [.stateStore, .database]
        let parts = plan.parts.filter {
            $0.entry.descriptor.section == .module && !early.isDisjoint(with: $0.entry.descriptor.provides)
        }
        let store = isDryRun ? InMemoryStateStore() : environment.defaultStore
        let provisional = GenerationContext(number: number, environment: environment, store: store)
        contexts.append(provisional)
        guard !isDryRun, !parts.isEmpty else { return provisional }
        for part in parts {
            make(part, provisional)
            guard issues.isEmpty, let instance = instances.last else { throw ConfigurationError(issues) }
            prepared.append(instance)
            try await EngineGeneration.attempt("prepare", instance) { try await instance.module.prepare() }
        }
        let opened = try services.all((any StateStoreProvider).self).first?.service.stateStore()
        let runtime = StoreRuntime(store: opened ?? environment.defaultStore, environment: environment)
        let context = GenerationContext(provisional, runtime: runtime)
        contexts.append(context)
        return context
    }

    private mutating func make(_ part: GenerationPlan.Part, _ generation: GenerationContext) {
        let descriptor = part.entry.descriptor
        created.insert(part.key)
        guard missing.isDisjoint(with: part.needs) else {
            lack(part)
            return
        }
        do {
            let instance = try carryOver[part] ?? create(part, generation)
            instances.append(instance)
            try instance.carried?.join(generation)
            for service in instance.module.services {
                if descriptor.section == .module { services.add(service, name: part.name, type: descriptor.type) }
                if let broker = service as? any MessageBroker { generation.addBroker(broker, name: part.name) }
                if let tracer = service as? any Tracer { generation.use(tracer) }
                if let step = service as? any ProcessingStep {
                    generation.handlers.add(.step(step), name: part.name)
                } else if let handler = service as? any MessageHandler {
                    generation.handlers.add(.message(handler), name: part.name)
                }
            }
            generation.services = services
        } catch {
            lack(part)
            record(error, part)
        }
    }

    private func create(_ part: GenerationPlan.Part, _ generation: GenerationContext) throws -> ModuleInstance {
        var logger = environment.logger
        logger[metadataKey: "module"] = "\(part.name)"
        // One that may be carried over follows the generations by itself.
        let generation = part.entry.isCarried ? GenerationContext(forModuleOf: generation) : generation
        let context = ModuleContext(
            name: part.name, type: part.entry.descriptor.type, location: part.location, path: part.path,
            branches: part.branches, logger: logger, generation: generation)
        let module = try part.entry.make(part.configuration, context)
        return ModuleInstance(part: part, module: module, context: generation)
    }

    /// The store holds what the application has acknowledged: it is not exchanged while the application runs.
    private mutating func checkStore(_ plan: GenerationPlan, _ previous: EngineGeneration) {
        let before = previous.instances.filter { $0.module is any StateStoreProvider }
        let after = plan.parts.filter { $0.entry.descriptor.provides.contains(.stateStore) }
        guard before.map(\.key) != after.map(\.key) || after.contains(where: { carryOver[$0] == nil }) else { return }
        let place = after.first ?? before.first?.part
        issues.append(
            ConfigurationIssue(
                location: place?.location ?? SourceLocation(file: "<config>"), path: place?.path ?? "",
                message: "the state store cannot be exchanged while the application runs",
                suggestion: "restart the application with this configuration"))
    }

    private mutating func lack(_ part: GenerationPlan.Part) {
        switch part.entry.descriptor.section {
        case .module: missing.insert(part.name)
        case .workflow: lacksWorkflow = true
        case .trigger: break
        }
    }

    private mutating func check(_ instance: ModuleInstance, _ part: GenerationPlan.Part, _ context: GenerationContext) {
        // What is wrong with a module that a branch leads to has been told.
        guard missing.isDisjoint(with: part.branches.values) else { return }
        do {
            if let carried = carryOver[part]?.carried {
                try carried.check(context)
            } else {
                try instance.module.validate()
            }
        } catch {
            record(error, part)
        }
    }

    private mutating func record(_ error: any Error, _ part: GenerationPlan.Part) {
        let found = ConfigurationError.issues(of: error, location: part.location, path: part.path)
        let known = Set(issues.map(\.path))
        issues += found.filter { issue in
            // What is wrong with a place has been told when there is an issue of its path.
            guard issue.path.isEmpty || !known.contains(issue.path) else { return false }
            // A module that is not found may be one that a wrong reference names.
            if case .module? = issue.absent { return !part.hasWrongReference }
            return true
        }
    }

    /// Whether something is not there because of a mistake that is told anyway.
    private func isExplained(_ issue: ConfigurationIssue, _ plan: GenerationPlan) -> Bool {
        switch issue.absent {
        case nil: false
        case .workflow?: lacksWorkflow
        case .anything?: issues.contains { $0.absent != .anything }
        case .module(let name, let kind)?:
            missing.contains { module in
                guard name.isEmpty else { return name == module }
                guard let kind, let provided = plan.provisions[module] else { return true }
                return provided.contains(kind) || provided.contains(.other)
            }
        }
    }
}
