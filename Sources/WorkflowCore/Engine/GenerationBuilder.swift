import Logging
import Tracing

/// Creates the modules of a plan.
struct GenerationBuilder {
    private let number: Int
    private let environment: EngineEnvironment
    private var isDryRun: Bool
    private var services = ServiceDirectory()
    private var instances: [EngineGeneration.Instance] = []
    private var prepared: [EngineGeneration.Instance] = []
    private var issues: [ConfigurationIssue] = []
    private var created: Set<EngineGeneration.Key> = []
    /// The modules that are not there because something is wrong with them or with those they need.
    private var missing: Set<String> = []
    /// The contexts in use: the one for the modules that keep the state, when there are any, and that of all others.
    private var contexts: [GenerationContext] = []
    /// Whether a section of `workflows` is not there.
    private var lacksWorkflow = false

    init(number: Int, environment: EngineEnvironment, isDryRun: Bool) {
        self.number = number
        self.environment = environment
        self.isDryRun = isDryRun
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
            for part in plan.parts where !created.contains(part.key) { make(part, context) }
            for instance in instances { check(instance, plan) }
            let told = issues.filter { !isExplained($0, plan) }
            // Two that only miss each other are told all the same.
            if !issues.isEmpty { throw ConfigurationError(told.isEmpty ? issues : told) }
            let position = Dictionary(
                plan.startOrder.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
            // What keeps the state has been prepared, and stays first.
            let (early, late) = (
                instances.filter { key in prepared.contains { $0.key == key.key } },
                instances.filter { key in !prepared.contains { $0.key == key.key } }
            )
            if let tracer = environment.tracer { context.environment.traces.install(tracer) }
            instances = early + late.sorted { position[$0.key] ?? 0 < position[$1.key] ?? 0 }
            return EngineGeneration(
                context: context, provisional: contexts.dropLast().first, services: services, instances: instances,
                prepared: prepared)
        } catch {
            let prepared = prepared
            await Task {
                for instance in prepared.reversed() { await instance.module.shutdown() }
            }.value
            for context in contexts { context.dismantle() }
            throw error
        }
    }

    /// Makes the context of the generation.
    ///
    /// Modules that keep the state come first: they are prepared before any other module is created, so that the others
    /// find the store at their creation.
    private mutating func open(_ plan: GenerationPlan) async throws -> GenerationContext {
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
        let context = GenerationContext(provisional, store: opened ?? environment.defaultStore)
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
        var logger = environment.logger
        logger[metadataKey: "module"] = "\(part.name)"
        let context = ModuleContext(
            name: part.name, type: descriptor.type, location: part.location, path: part.path,
            branches: part.branches, logger: logger, services: services, generation: generation)
        do {
            let module = try part.entry.make(part.configuration, context)
            instances.append(
                .init(
                    name: part.name, type: descriptor.type, section: descriptor.section,
                    isIngress: descriptor.isIngress,
                    module: module))
            for service in module.services {
                if descriptor.section == .module { services.add(service, name: part.name, type: descriptor.type) }
                if let broker = service as? any MessageBroker { generation.addBroker(broker, name: part.name) }
                if let tracer = service as? any Tracer { generation.environment.traces.install(tracer) }
                if let step = service as? any ProcessingStep {
                    generation.work.add(.step(step), name: part.name)
                } else if let handler = service as? any MessageHandler {
                    generation.work.add(.message(handler), name: part.name)
                }
            }
            generation.services = services
        } catch {
            lack(part)
            record(error, part)
        }
    }

    private mutating func lack(_ part: GenerationPlan.Part) {
        switch part.entry.descriptor.section {
        case .module: missing.insert(part.name)
        case .workflow: lacksWorkflow = true
        case .trigger: break
        }
    }

    private mutating func check(_ instance: EngineGeneration.Instance, _ plan: GenerationPlan) {
        guard let part = plan.parts.first(where: { $0.key == instance.key }) else { return }
        // What is wrong with a module that a branch leads to has been told.
        guard missing.isDisjoint(with: part.branches.values) else { return }
        do {
            try instance.module.validate()
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

extension GenerationPlan.Part {
    fileprivate var key: EngineGeneration.Key { .init(section: entry.descriptor.section, name: name) }
}
