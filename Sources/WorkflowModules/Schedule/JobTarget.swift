import WorkflowCore

/// A module that can be run as a job.
enum JobTarget {
    case component(any ExecutableComponent)
    case step(any ProcessingStep)
    case handler(any MessageHandler)

    /// Finds a module; scripted components by their other names as well. `nil` when there is none that can be run.
    init?(named name: String, in services: ServiceDirectory) {
        if let component = services.find((any ExecutableComponent).self, named: name) {
            self = .component(component)
        } else if let step = services.find((any ProcessingStep).self, named: name) {
            self = .step(step)
        } else if let handler = services.find((any MessageHandler).self, named: name) {
            self = .handler(handler)
        } else if let other = services.all(DynamicComponentModule.self).first(where: { $0.service.isKnown(as: name) }) {
            self = .component(other.service)
        } else {
            return nil
        }
    }

    /// The names of all modules that can be run.
    static func names(in services: ServiceDirectory) -> [String] {
        services.all(Any.self).map(\.name).filter { JobTarget(named: $0, in: services) != nil }
    }

    /// Runs the module once.
    ///
    /// - Parameters:
    ///   - name: What it is called, for handlers and steps.
    ///   - data: What it gets.
    ///   - id: Identifies the run, and is its idempotency key: the same when it begins again.
    ///   - attempt: How often the run has begun.
    ///   - clock: Measures how long a step takes.
    /// - Throws: What the module throws, or ``WorkflowError`` `.stepFailed` when its result tells of a failure.
    func run(
        _ name: String, data: JSONObject, id: String, attempt: Int = 1, clock: any EngineClock
    ) async throws {
        switch self {
        case .component(let component):
            var input = data
            input["idempotencyKey"] = .string(id)
            input["attempt"] = .integer(Int64(attempt))
            try Self.check(try await component.execute(.object(input)))
        case .step(let found):
            let invocation = StepInvocation(
                instanceID: id, workflowType: "scheduler", transition: name, fromState: "", toState: "", data: data,
                idempotencyKey: id, attempt: attempt)
            let step = try (found as? any RoutingStep)?.step(for: invocation) ?? found
            let result = try await withTimeout(step.policy.timeout, clock: clock) {
                try await step.execute(invocation)
            }
            try Self.check(.object(result))
        case .handler(let handler):
            try await handler.handle(
                Message(
                    id: id, topic: "scheduler.\(name)", payload: .object(data), timestamp: clock.now,
                    deliveryAttempt: attempt))
        }
    }

    /// Throws when a result tells of a failure, such as `success: false`.
    static func check(_ result: JSONValue) throws {
        guard let object = result.objectValue, case .businessFailure = StepOutcome(result: object) else { return }
        throw WorkflowError(.stepFailed, object["error"]?.stringValue ?? "The result tells of a failure.")
    }
}
