import Logging
public import WorkflowCore

/// The section `statemachine` of `workflows`: the definitions of an engine, and what is done after their transitions.
public struct StateMachineWorkflowModule: WorkflowModule, SummarizedModule {
    /// The engine that runs the definitions.
    public let engine: StateMachineEngine
    private let configuration: Configuration
    private let context: ModuleContext

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        engine = try context.services.require(
            StateMachineEngine.self, kind: .stateMachineEngine, named: configuration.engine)
        var issues: [ConfigurationIssue] = []
        let tracker = context.generation.stateTracker
        try context.generation.invoker.add(handler(), name: context.name)
        for definition in configuration.definitions {
            do {
                try engine.add(definition.makeDefinition())
                try context.generation.invoker.add(handler(definition.name.value), name: definition.name.value)
            } catch let error as WorkflowError {
                issues.append(definition.name.issue(error.message))
            }
        }
        for hook in configuration.hooks { engine.add(hook.hook) }
        if !issues.isEmpty { throw ConfigurationError(issues) }
        for mapping in mappings { tracker.add(mapping, engine: engine) }
    }

    public func validate() throws {
        for definition in configuration.definitions {
            for state in definition.unreachableStates {
                context.logger.warning(
                    "No transition leads to this state",
                    metadata: ["definition": "\(definition.name.value)", "state": "\(state)"])
            }
        }
        let checks = StateMachineChecks(
            configuration: configuration, engineName: engine.name, generation: context.generation)
        let issues = checks.issues()
        if !issues.isEmpty { throw ConfigurationError(issues) }
    }

    public var summaryLines: [SummaryLine] {
        configuration.definitions.map { definition in
            SummaryLine(
                "state machine",
                "\(definition.name.value): \(definition.states.entries.count) states, \(definition.transitions.entries.count) transitions, begins in \(definition.initialState.value)"
            )
        }
    }

    private func handler(_ definition: String? = nil) -> StateMachineCallHandler {
        StateMachineCallHandler(engine: engine, definition: definition, generation: context.generation)
    }

    private var mappings: [ResourceMapping] {
        let names = configuration.definitions.map(\.name.value)
        guard !configuration.resourceMappings.isEmpty else {
            return names.map { name in
                ResourceMapping(
                    resourceType: String(name.map { $0 == "-" ? "_" : $0 }), engine: engine.name, definition: name)
            }
        }
        return configuration.resourceMappings.map { mapping in
            let machine = mapping.stateMachine.value
            return ResourceMapping(
                resourceType: mapping.resourceType.value, engine: engine.name,
                definition: names.contains(machine) ? machine : nil, instanceIDKey: mapping.instanceIDKey)
        }
    }
}
