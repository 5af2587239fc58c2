import Logging

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
        isDryRun = isDryRun || !issues.isEmpty
        do {
            let context = try await open(plan)
            for part in plan.parts where !created.contains(part.key) { make(part, context) }
            for instance in instances { check(instance, plan) }
            if !issues.isEmpty { throw ConfigurationError(issues) }
            let position = Dictionary(
                plan.startOrder.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
            // What keeps the state has been prepared, and stays first.
            let (early, late) = (
                instances.filter { key in prepared.contains { $0.key == key.key } },
                instances.filter { key in !prepared.contains { $0.key == key.key } }
            )
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
            if descriptor.section == .module { missing.insert(part.name) }
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
                if let step = service as? any ProcessingStep {
                    generation.work.add(.step(step), name: part.name)
                } else if let handler = service as? any MessageHandler {
                    generation.work.add(.message(handler), name: part.name)
                }
            }
            generation.services = services
        } catch {
            if descriptor.section == .module { missing.insert(part.name) }
            // A counterpart that is not found may be one that a wrong reference names.
            guard error is ConfigurationError || !part.hasWrongReference else { return }
            record(error, part.location, part.path)
        }
    }

    private mutating func check(_ instance: EngineGeneration.Instance, _ plan: GenerationPlan) {
        let part = plan.parts.first { $0.key == instance.key }
        // What is wrong with a module that a branch leads to has been told.
        guard missing.isDisjoint(with: part.map { Array($0.branches.values) } ?? []) else { return }
        do {
            try instance.module.validate()
        } catch {
            guard error is ConfigurationError || part?.hasWrongReference != true else { return }
            record(error, part?.location ?? SourceLocation(file: "<config>"), part?.path ?? instance.name)
        }
    }

    private mutating func record(_ error: any Error, _ location: SourceLocation, _ path: String) {
        if let error = error as? ConfigurationError {
            // What is wrong with a place has been told when there is an issue of its path.
            let known = Set(issues.map(\.path))
            issues += error.issues.filter { $0.path.isEmpty || !known.contains($0.path) }
        } else {
            issues.append(ConfigurationIssue(location: location, path: path, message: "\(error)"))
        }
    }
}

extension GenerationPlan.Part {
    fileprivate var key: EngineGeneration.Key { .init(section: entry.descriptor.section, name: name) }
}
