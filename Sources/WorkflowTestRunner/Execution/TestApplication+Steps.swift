import WorkflowCore
import WorkflowTesting

extension TestApplication {
    /// Does what a step says, and lets everything happen that follows from it at once.
    ///
    /// - Returns: What it led to.
    /// - Throws: What keeps the step from being done, such as an expression without a value.
    func perform(_ step: TestStep) async throws -> StepResult {
        var result = StepResult()
        if let request = step.request {
            result = try await send(request)
        } else if let publish = step.publish {
            try await self.publish(publish)
        } else if let invoke = step.invoke {
            let data = try render(invoke.data)?.objectValue ?? [:]
            result = await outcome { [engine] in
                try await engine.invoke(invoke.workflow, action: invoke.action, data: data)
            }
        } else if let fire = step.fire {
            result = try await self.fire(fire)
        } else if let execute = step.execute {
            result = try await self.execute(execute)
        } else if let duration = step.advance {
            await time.advance(by: duration)
        } else if let end = step.advanceTo?.timestamp {
            guard end >= time.clock.now else {
                throw WorkflowError(.invalidInput, "The clock shows \(time.clock.now) already and cannot go back.")
            }
            await time.advance(to: end)
        }
        await time.settle()
        return result
    }

    func render(_ template: JSONTemplate?) throws -> JSONValue? {
        let scope = variables.scope
        return try template?.render(in: scope.values, environment: scope.environment)
    }

    private func outcome(_ body: @escaping @Sendable () async throws -> JSONValue) async -> StepResult {
        var result = StepResult()
        do {
            result.result = try await time.complete("The step", body)
        } catch {
            result.error = (error as? WorkflowError)?.message ?? "\(error)"
        }
        return result
    }

    private func publish(_ step: PublishStep) async throws {
        let brokers = generation.brokers.filter { step.broker == nil || $0.name == step.broker?.value }
        guard !brokers.isEmpty else {
            let names = generation.brokers.map(\.name)
            throw WorkflowError(
                .notFound,
                Suggestion.sentence(
                    step.broker.map { "The application has no broker \"\($0.value)\"" }
                        ?? "The application has no message broker",
                    step.broker.flatMap { Suggestion.text(for: $0.value, among: names, what: "brokers") }))
        }
        let message = Message(
            id: engine.environment.identifiers.next(), topic: try step.topic.render(in: variables.scope),
            payload: try render(step.payload) ?? [:], key: try step.key?.render(in: variables.scope) ?? "",
            timestamp: time.clock.now)
        for (_, broker) in brokers {
            try await time.complete("The publication") { try await broker.publish(message) }
        }
    }

    private func fire(_ step: FireStep) async throws -> StepResult {
        let id = try step.instance.render(in: variables.scope)
        let data = try render(step.data)?.objectValue ?? [:]
        guard let instance = try await store.instance(id: id) else {
            throw WorkflowError(.notFound, "There is no instance \"\(id)\".")
        }
        guard let (engine, _) = machine(instance.workflowType) else {
            throw WorkflowError(.notFound, "There is no state machine \"\(instance.workflowType)\".")
        }
        return await outcome { try await engine.fire(step.transition, on: id, data: data).json }
    }

    private func execute(_ step: ExecuteStep) async throws -> StepResult {
        let name = step.component.value
        guard let component = generation.services.find((any ExecutableComponent).self, named: name) else {
            let names = generation.services.all((any ExecutableComponent).self).map(\.name)
            throw WorkflowError(
                .notFound,
                Suggestion.sentence(
                    "There is no component \"\(name)\"", Suggestion.text(for: name, among: names, what: "components")))
        }
        let input = try render(step.input) ?? [:]
        return await outcome { try await component.execute(input) }
    }
}

extension StateMachineInstance {
    /// The instance for expressions and matchers.
    var json: JSONValue {
        var document: JSONObject = [
            "id": .string(id), "workflow": .string(workflowType), "state": .string(currentState),
            "previousState": .string(previousState), "completed": .bool(completed), "data": .object(data),
            "version": .integer(version),
        ]
        if let error { document["error"] = .string(error) }
        return .object(document)
    }
}
