import WorkflowCore

/// A module that a branch leads to, and what it can be called as.
struct BranchTarget: Sendable {
    private let handler: (any MessageHandler)?
    private let step: (any ProcessingStep)?
    private let component: (any ExecutableComponent)?
    private let clock: any EngineClock

    /// Finds a module; `nil` when nothing that can be called has the name.
    init?(_ name: String, in services: ServiceDirectory, clock: any EngineClock) {
        handler = services.find((any MessageHandler).self, named: name)
        step = services.find((any ProcessingStep).self, named: name)
        component = services.find((any ExecutableComponent).self, named: name)
        self.clock = clock
        if handler == nil && step == nil && component == nil { return nil }
    }

    /// How many calls may go on at once.
    var concurrency: Int { step?.concurrency ?? component?.concurrency ?? .max }

    /// How long one call may take as a step.
    var timeout: Duration { (step?.policy ?? StepPolicy()).timeout }

    /// Calls the module with a message.
    func handle(_ message: Message) async throws {
        if let handler {
            try await handler.handle(message)
        } else if let component {
            _ = try await component.execute(ModuleCall(message).input)
        } else if let step {
            _ = try await run(step, ModuleCall(message))
        }
    }

    /// Calls the module with the input of a component.
    func execute(_ call: ModuleCall) async throws -> JSONValue {
        if let component { return try await component.execute(call.data) }
        if let step { return .object(try await run(step, call)) }
        try await handler?.handle(call.message(at: clock.now))
        return .null
    }

    /// The module as a step.
    func step(for invocation: StepInvocation) throws -> any ProcessingStep {
        if let step { return try (step as? any RoutingStep)?.step(for: invocation) ?? step }
        if let component {
            return BranchStep { try await component.execute(.object($0.input)).stepResult }
        }
        return BranchStep(StepPolicy(maxRetries: 4)) { [handler, clock] invocation in
            try await handler?.handle(ModuleCall(invocation).message(at: clock.now))
            return [:]
        }
    }

    /// Runs a step for a call that no state machine waits for.
    private func run(_ step: any ProcessingStep, _ call: ModuleCall) async throws -> JSONObject {
        let invocation = call.invocation
        let step = try (step as? any RoutingStep)?.step(for: invocation) ?? step
        guard step.policy.successTransition.isEmpty, step.policy.compensateTransition.isEmpty else {
            throw WorkflowError(
                .invalidInput,
                "A step that fires transitions works in hooks of state machines only; let the branch name its component."
            )
        }
        return try await step.execute(invocation)
    }
}

/// A step that fires no transition.
struct BranchStep: ProcessingStep {
    let policy: StepPolicy
    private let body: @Sendable (StepInvocation) async throws -> JSONObject

    init(
        _ policy: StepPolicy = StepPolicy(), _ body: @escaping @Sendable (StepInvocation) async throws -> JSONObject
    ) {
        self.policy = policy
        self.body = body
    }

    func execute(_ invocation: StepInvocation) async throws -> JSONObject {
        try await body(invocation)
    }
}
