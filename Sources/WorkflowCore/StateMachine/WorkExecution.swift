import Logging

/// One run of one handler of a work item, up to the moment its outcome is in the store.
///
/// The handler runs once; when the store fails, only the writing of the outcome is repeated.
struct WorkExecution: Sendable {
    /// What becomes of the item.
    enum Result: Sendable {
        /// It is finished, or belongs to somebody else now.
        case done
        /// It goes on: later, or with its next handler.
        case again(WorkItem)
        /// The configuration can do nothing with it; another one may.
        case left
    }

    /// What a handler led to.
    enum Outcome: Sendable {
        /// Fire a transition, or merge the data when it has no name, and go on with the next handler.
        case success(firing: String, data: JSONObject)
        /// Fire a transition, or merge the data when it has no name, and drop the handlers that would follow.
        case failure(firing: String, data: JSONObject)
        /// Try the handler again after a while.
        case retry(message: String, policy: StepPolicy)
        /// Run the handler later, since the attempt failed through no fault of its own; it does not count as one.
        case postpone(message: String, policy: StepPolicy, delay: Duration)
    }

    /// How often a message handler is tried again.
    static let messagePolicy = StepPolicy(maxRetries: 4)
    /// How long a message handler waits at least when the store failed it.
    static let storePause = Duration.seconds(5)

    let item: WorkItem
    let store: any StateStore
    let environment: EngineEnvironment
    let instrumentation: Instrumentation
    let deadlines: DeadlineQueue
    let sections: CriticalSections
    let engine: StateMachineEngine?
    let target: WorkTarget?
    /// Told when the writing of an outcome begins and ends.
    let writing: @Sendable (Bool) -> Void

    func run() async -> Result {
        guard let engine, let target else { return leave(because: "Durable work names a module that does not exist") }
        do {
            guard let instance = try await retrying({ try await store.instance(id: item.instanceID) }) else {
                return try await retrying { try await finish() }
            }
            guard engine.definition(instance.workflowType) != nil else {
                return leave(because: "Durable work belongs to a state machine that does not exist")
            }
            return try await inSection(of: instance, engine) { loss in
                let outcome = try await watched(instance) { try await execute(target, instance, until: loss) }
                return try await write(outcome, engine)
            }
        } catch is CancellationError {
            return .done
        } catch {
            return leave(because: "Durable work failed: \(error)")
        }
    }

    /// Writes what the handler led to, for as long as the store fails.
    func write(_ outcome: Outcome, _ engine: StateMachineEngine) async throws -> Result {
        writing(true)
        defer { writing(false) }
        do {
            return try await retrying { try await apply(outcome, engine) }
        } catch let error as StoreError where error.code == .conflict {
            return try await afterConflict()
        }
    }

    /// The name of the module that runs.
    var handlerName: String { item.handler }

    /// Leaves the item in the store, for a configuration that can do something with it.
    private func leave(because reason: Logger.Message) -> Result {
        environment.logger.error(
            reason,
            metadata: [
                "item": "\(item.id)", "instance": "\(item.instanceID)", "engine": "\(item.engine)",
                "handler": "\(handlerName)",
            ])
        return .left
    }

    /// What becomes of the item when its outcome could not be applied: an earlier attempt was, whose answer was lost;
    /// or somebody else has the item now, or the instance was removed.
    private func afterConflict() async throws -> Result {
        let stored = try await retrying { try await store.workItem(id: item.id) }
        guard let stored, stored.leaseOwner == item.leaseOwner, stored.fencingToken == item.fencingToken &+ 1 else {
            return .done
        }
        return .again(stored)
    }

    private func retrying<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await StoreRetry(environment: environment).untilItWorks(
            "Durable work waits for the store", ["item": "\(item.id)", "instance": "\(item.instanceID)"], body)
    }

    // MARK: - Running

    /// Runs the handler.
    ///
    /// - Throws: `CancellationError` when it was cut off.
    func execute(_ target: WorkTarget, _ instance: StateMachineInstance) async throws -> Outcome {
        switch target {
        case .step(let step):
            var policy = step.policy
            do {
                let invocation = invocation(for: instance)
                let step = try (step as? any RoutingStep)?.step(for: invocation) ?? step
                policy = step.policy
                switch StepOutcome(result: try await execute(step, policy, invocation)) {
                case .success(let data): return .success(firing: policy.successTransition, data: data)
                case .businessFailure(let data): return .failure(firing: policy.compensateTransition, data: data)
                }
            } catch {
                try Task.checkCancellation()
                let message = describe(error)
                if let error = error as? ScriptError, error.isInnocent {
                    return .postpone(message: message, policy: policy, delay: error.retryAfter ?? .zero)
                }
                let isLast = item.attempts >= policy.maxRetries || Self.isAboutInput(error)
                guard isLast else { return .retry(message: message, policy: policy) }
                return .failure(firing: policy.compensateTransition, data: ["error": .string(message)])
            }
        case .message(let handler):
            do {
                try await instrumentation.observe("handle", module: handlerName, metadata: attemptMetadata) {
                    try await handler.handle(message(for: instance))
                }
                return .success(firing: "", data: [:])
            } catch {
                try Task.checkCancellation()
                let policy = Self.messagePolicy
                if let error = error as? StoreError, error.isTransient {
                    return .postpone(message: error.message, policy: policy, delay: Self.storePause)
                }
                if item.attempts < policy.maxRetries { return .retry(message: describe(error), policy: policy) }
                environment.logger.error(
                    "Message handler of a hook failed for good",
                    metadata: ["handler": "\(handlerName)", "instance": "\(item.instanceID)", "error": "\(error)"])
                return .failure(firing: "", data: [:])
            }
        }
    }

    private func invocation(for instance: StateMachineInstance) -> StepInvocation {
        StepInvocation(
            instanceID: item.instanceID, workflowType: instance.workflowType, transition: item.transition,
            fromState: item.fromState, toState: item.toState, data: instance.data.merging(item.input),
            idempotencyKey: item.cursor == 0 ? item.id : "\(item.id).\(item.cursor)", attempt: item.attempts + 1)
    }

    private func execute(
        _ step: any ProcessingStep, _ policy: StepPolicy, _ invocation: StepInvocation
    ) async throws -> JSONObject {
        let started = environment.clock.now
        defer {
            environment.metrics.workflowDuration.with("step", "processing_step")
                .record(started.duration(to: environment.clock.now))
        }
        return try await instrumentation.observe("execute", module: handlerName, metadata: attemptMetadata) {
            try await deadlines.run(within: policy.timeout) { try await step.execute(invocation) }
        }
    }

    /// Whether an error says that the input is not acceptable, which a retry would not change.
    private static func isAboutInput(_ error: any Error) -> Bool {
        (error as? ScriptError)?.code == .invalidInput || (error as? WorkflowError)?.code == .invalidInput
    }

    private var attemptMetadata: Logger.Metadata {
        ["instance": "\(item.instanceID)", "transition": "\(item.transition)", "attempt": "\(item.attempts + 1)"]
    }

    private func message(for instance: StateMachineInstance) -> Message {
        Message(
            id: "\(item.id).\(item.cursor)", topic: "\(instance.workflowType).\(item.transition)",
            payload: [
                "workflowId": .string(instance.workflowType), "instanceId": .string(instance.id),
                "transition": .string(item.transition), "fromState": .string(item.fromState),
                "toState": .string(item.toState),
            ], key: instance.id, timestamp: item.createdAt, deliveryAttempt: item.attempts + 1)
    }

    func describe(_ error: any Error) -> String {
        // Not every store keeps the character NUL.
        String("\(error)".prefix(500)).replacing("\0", with: "")
    }
}
