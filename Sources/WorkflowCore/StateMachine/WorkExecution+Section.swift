import Logging

extension WorkExecution {
    /// The time of the critical section was over before the handler was done.
    private struct SectionLost: Error {}

    /// Runs `body` alone in the critical section of the handler, when it has one.
    ///
    /// - Parameter body: Runs the handler and writes its outcome; gets what is woken when the section is lost.
    /// - Throws: What `body` throws; `CancellationError`.
    func inSection(
        of instance: StateMachineInstance, _ engine: StateMachineEngine, _ body: (WakeUp?) async throws -> Result
    ) async throws -> Result {
        let machine = try engine.machine(instance.workflowType)
        guard let section = machine.step(item.transition)?.section(of: item) else { return try await body(nil) }
        let name: String
        do {
            let scope = StateMachineDefinition.scope(of: instance, with: item.input)
            name = try Self.name(section.name.evaluate(in: scope, environment: machine.expressions))
        } catch {
            let message = "The critical section cannot be evaluated: \(describe(error))"
            return try await write(.retry(message: message, policy: Self.messagePolicy), engine)
        }
        do {
            return try await sections.run(name, within: section.timeout, body)
        } catch let error as SectionBusy {
            return try await postpone(error.description, engine)
        } catch let error as StoreError where error.isTransient {
            return try await postpone(error.message, engine)
        }
    }

    /// Runs the handler; ends it when its critical section is lost, to be run again later.
    ///
    /// - Throws: `CancellationError` when it was cut off.
    func execute(
        _ target: WorkTarget, _ instance: StateMachineInstance, until loss: WakeUp?
    ) async throws -> Outcome {
        guard let loss else { return try await execute(target, instance) }
        do {
            return try await withThrowingTaskGroup(of: Outcome.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await execute(target, instance) }
                group.addTask {
                    await loss.wait()
                    throw SectionLost()
                }
                guard let outcome = try await group.next() else { throw CancellationError() }
                return outcome
            }
        } catch is SectionLost {
            try Task.checkCancellation()
            return .postpone(
                message: "The critical section was lost with the connection to the database.",
                policy: Self.messagePolicy, delay: .zero)
        }
    }

    private func postpone(_ message: String, _ engine: StateMachineEngine) async throws -> Result {
        environment.logger.warning(
            "Durable work did not get into its critical section; trying again",
            metadata: ["item": "\(item.id)", "handler": "\(item.handler)", "reason": "\(message)"])
        return try await write(
            .postpone(message: message, policy: Self.messagePolicy, delay: Self.storePause), engine)
    }

    /// The text or number that a section is called by.
    private static func name(_ value: JSONValue) throws -> String {
        switch value {
        case .string(let text) where !text.isEmpty: return text
        case .integer, .decimal, .double, .bool: return value.jsonString()
        default: throw WorkflowError(.invalidInput, "Its name is neither a text nor a number.")
        }
    }
}
