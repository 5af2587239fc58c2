import Logging
public import WorkflowCore

/// Looks after the components of an application: those of type `dynamic.component` in its configuration, and those that
/// were added while it ran.
///
/// ```swift
/// var environment = EngineEnvironment(scriptRuntime: runtime)
/// environment.components = DynamicComponents()
/// ```
public final class DynamicComponents: ComponentManaging {
    let addedComponents = AddedComponents()

    /// Creates a manager without any added component.
    public init() {}

    public var added: [(name: String, component: any ExecutableComponent)] {
        addedComponents.all.map { ($0.id, $0) }
    }

    public func open(_ generation: GenerationContext) async throws {
        let (store, environment) = (generation.store, generation.environment)
        let values = try await store.values(
            namespace: AddedComponents.namespace, prefix: "", limit: AddedComponents.limit,
            now: environment.clock.now)
        for id in values.map(\.key) where addedComponents[id] == nil {
            let entry = try addedComponents.component(for: id, environment: environment)
            try await entry.component.inTurn {
                // Somebody may have changed or removed it meanwhile.
                let value = try await store.value(
                    namespace: AddedComponents.namespace, key: id, now: environment.clock.now)
                guard let text = value?["text"]?.stringValue, addedComponents[id] == nil else { return }
                addedComponents.keep(entry)
                do {
                    try await entry.component.replace(with: ScriptSource(name: entry.sourceName, text: text))
                } catch {
                    environment.logger.error(
                        "An added component does not work",
                        metadata: ["component": "\(id)", "reason": "\(ComponentAudit.reason(of: error))"])
                }
            }
        }
    }

    public func close() async {
        for entry in addedComponents.removeAll() {
            do {
                try await entry.component.shutdown()
            } catch {
                entry.logger.warning("The component did not stop cleanly", metadata: ["error": "\(error)"])
            }
        }
    }

    public func reports(of generation: GenerationContext) -> [ComponentReport] {
        let defined = generation.services.all(DynamicComponentModule.self).map(\.service)
        let names = Set(defined.map(\.id))
        let added = addedComponents.all.filter { !names.contains($0.id) }
        return (defined.map(\.report) + added.map(\.report)).sorted { $0.id < $1.id }
    }

    public func report(_ id: String, of generation: GenerationContext) throws -> ComponentReport {
        try find(id, generation).report
    }

    public func execute(
        _ id: String, _ input: JSONValue, of generation: GenerationContext
    ) async throws -> JSONValue {
        try await find(id, generation).executable.execute(input)
    }

    public func versions(of id: String, of generation: GenerationContext) async throws -> [ComponentVersion] {
        let found = try find(id, generation)
        return try await ComponentVersions(id: found.id, store: generation.store, clock: generation.environment.clock)
            .all()
    }

    public func change(_ change: ComponentChange, of generation: GenerationContext) async throws -> ComponentOutcome {
        let audit = ComponentAudit(change: change, logger: generation.environment.logger)
        do {
            // In a task of its own: it writes files, which is not for an event loop, and goes on to its end even when the
            // one who asks has gone.
            let outcome = try await Task.detached { try await self.make(change, generation) }.value
            audit.made(outcome)
            return outcome
        } catch {
            audit.refused(error)
            throw error
        }
    }

    /// The component that the configuration defines under a name, which may be one of its other names.
    func defined(_ id: String, _ generation: GenerationContext) -> DynamicComponentModule? {
        let all = generation.services.all(DynamicComponentModule.self).map(\.service)
        return all.first { $0.id == id } ?? all.first { $0.isKnown(as: id) }
    }

    func find(_ id: String, _ generation: GenerationContext) throws -> any ManagedComponent {
        if let found: any ManagedComponent = defined(id, generation) ?? addedComponents[id] { return found }
        throw missing(id, generation)
    }

    func missing(_ id: String, _ generation: GenerationContext) -> WorkflowError {
        let hint = Suggestion.text(for: id, among: reports(of: generation).map(\.id), what: "components")
        return WorkflowError(.notFound, Suggestion.sentence("There is no component \"\(id)\"", hint))
    }
}
