import Logging
public import WorkflowCore

/// The section `statemachine` of `workflows`: the definitions of an engine, and what is done after their transitions.
public struct StateMachineWorkflowModule: WorkflowModule, SummarizedModule {
    /// The engine that runs the definitions.
    public let engine: StateMachineEngine
    private let configuration: Configuration
    private let context: ModuleContext
    /// What is wrong with single definitions; told together with what is wrong with the hooks.
    private let issues: [ConfigurationIssue]

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        let engine = try context.services.require(
            StateMachineEngine.self, kind: .stateMachineEngine, named: configuration.engine)
        self.engine = engine
        var issues: [ConfigurationIssue] = []
        let generation = context.generation
        func add(_ definition: String?, as name: String) throws {
            let handler = StateMachineCallHandler(engine: engine, definition: definition, generation: generation)
            try generation.invoker.add(handler, name: name)
        }
        try add(nil, as: context.name)
        for definition in configuration.definitions {
            do {
                try add(definition.name.value, as: definition.name.value)
                try engine.add(definition.makeDefinition())
            } catch let error as WorkflowError {
                issues.append(definition.name.issue(error.message))
            }
        }
        for hook in configuration.hooks { engine.add(hook.hook) }
        self.issues = issues
        for mapping in mappings { generation.stateTracker.add(mapping, engine: engine) }
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
        let issues = issues + checks.issues()
        if !issues.isEmpty { throw ConfigurationError(issues) }
    }

    public var summaryLines: [SummaryLine] {
        configuration.definitions.map { definition in
            SummaryLine(
                "state machine",
                "\(definition.name.value): \(Self.count(definition.states.entries.count, "state")), \(Self.count(definition.transitions.entries.count, "transition")), begins in \(definition.initialState.value)"
            )
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

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
