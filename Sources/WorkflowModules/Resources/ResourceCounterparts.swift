import WorkflowCore

/// What the resources of one type have to do with in one generation.
struct ResourceCounterparts: Sendable {
    /// The number of the generation.
    let generation: Int
    /// The engines that run their state machines.
    let engines: [StateMachineEngine]
    /// The transitions that processing steps fire.
    let outcomes: Set<String>

    /// Finds them; call it when all modules have been created.
    init(_ configuration: ResourceHandler.Configuration, _ context: GenerationContext) {
        generation = context.number
        let all = context.services.all(StateMachineEngine.self)
        let name = configuration.workflowEngine
        engines = all.filter { name.isEmpty || $0.name == name }.map(\.service)
        let steps = context.services.all((any ProcessingStep).self).map(\.service.policy)
        outcomes = Set(steps.flatMap { [$0.successTransition, $0.compensateTransition] })
    }
}
