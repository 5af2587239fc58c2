import Logging
import Synchronization

/// One living module, in one generation or, when it is carried over, in several.
final class ModuleInstance: Sendable {
    /// What tells modules and sections apart.
    struct Key: Sendable, Hashable {
        let section: ModuleDescriptor.Section
        let name: String
    }

    let part: GenerationPlan.Part
    let module: any WorkflowModule
    /// The context that it was created with.
    let context: GenerationContext
    /// The generation that it was created for.
    let generation: Int
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(part: GenerationPlan.Part, module: any WorkflowModule, context: GenerationContext) {
        self.part = part
        self.module = module
        self.context = context
        generation = context.number
    }

    var key: Key { part.key }
    var name: String { part.name }
    var type: String { part.entry.descriptor.type }
    var isIngress: Bool { part.entry.descriptor.isIngress }
    /// The module as one that can be carried over.
    var carried: (any CarriedModule)? { module as? any CarriedModule }

    /// Begins the module's ongoing work, unless it goes on.
    func begin(_ environment: EngineEnvironment) {
        task.withLock { task in
            guard task == nil else { return }
            task = Task { [module, part] in
                do {
                    try await module.run()
                } catch is CancellationError {
                    return
                } catch {
                    environment.logger.error(
                        "Module stopped", metadata: ["module": "\(part.name)", "error": "\(error)"])
                    environment.onModuleFailure?(part.name, error)
                }
            }
        }
    }

    /// Ends the module's ongoing work and returns when it has ended.
    func end() async {
        let running = task.withLock { task in
            defer { task = nil }
            return task
        }
        running?.cancel()
        await running?.value
    }
}

extension GenerationPlan.Part {
    var key: ModuleInstance.Key { .init(section: entry.descriptor.section, name: name) }
}
