import WorkflowCore

/// Makes the transitions that triggers ask for.
struct StateMachineCallHandler: ActionCheckingWorkflow {
    let engine: StateMachineEngine
    /// The definition that triggers name; `nil` for the whole section, where instances must exist.
    let definition: String?
    let generation: GenerationContext

    func execute(_ call: WorkflowCall) async throws -> JSONValue {
        let transition = try transition(of: call.action)
        let instance: StateMachineInstance
        do {
            instance = try await fire(transition, CallTarget(call.data), call)
        } catch let error as StoreError where error.code == .conflict && error.operation == 1 {
            guard call.idempotencyKey != nil else { throw error }
            throw WorkflowError(.conflict, "The transition \"\(transition)\" was made before by the same call.")
        }
        return [
            "instanceId": .string(instance.id), "currentState": .string(instance.currentState),
            "transition": .string(transition), "success": true,
        ]
    }

    /// What keeps a call from being made twice; the first of the operations that follow the instance.
    private func once(_ call: WorkflowCall) -> [StoreTransaction.Operation] {
        guard let key = call.idempotencyKey else { return [] }
        let now = generation.environment.clock.now
        return [
            .createValue(
                namespace: "workflow.inbox", key: key, value: true, now: now,
                expiresAt: now.advanced(by: Self.inboxRetention))
        ]
    }

    private static let inboxRetention = Duration.seconds(3600)

    func problem(withAction action: String) -> (message: String, suggestion: String?)? {
        // What is wrong with a definition that the engine did not take has been told.
        if let definition, engine.definition(definition) == nil { return nil }
        let known = knownTransitions
        guard let name = try? transition(of: action) else {
            return ("the action \"\(action)\" names another engine than \"\(engine.name)\"", nil)
        }
        guard !known.contains(name) else { return nil }
        let owner = definition.map { "the state machine \"\($0)\"" } ?? "the engine \"\(engine.name)\""
        return (
            "\(owner) has no transition \"\(name)\"",
            Suggestion.text(for: name, among: known, what: "transitions")
        )
    }

    private var knownTransitions: [String] {
        let names = definition.map { [$0] } ?? engine.definitionNames
        return Set(names.flatMap { engine.definition($0)?.transitions.keys.sorted() ?? [] }).sorted()
    }

    private func transition(of action: String) throws -> String {
        guard let colon = action.firstIndex(of: ":"), !knownTransitions.contains(action) else { return action }
        guard action[..<colon] == engine.name else {
            throw WorkflowError(
                .notFound, "The action \"\(action)\" names another engine than \"\(engine.name)\".")
        }
        return String(action[action.index(after: colon)...])
    }

    private func fire(
        _ transition: String, _ target: CallTarget, _ call: WorkflowCall
    ) async throws -> StateMachineInstance {
        let principal = call.principal
        guard let definition else {
            guard let id = target.identifiers.first else {
                throw WorkflowError(
                    .invalidInput, "The transition \"\(transition)\" needs instanceId or id in its data.")
            }
            if let instance = try await engine.instance(id) { try check(instance, principal) }
            return try await engine.fire(transition, on: id, data: target.transitionData, with: once(call))
        }
        var attempt = 0
        while true {
            let found = try await resolve(target, definition, principal)
            if let id = found.existing {
                return try await engine.fire(transition, on: id, data: target.transitionData, with: once(call))
            }
            if call.namesExisting, let id = target.identifiers.first, !canBegin(definition, transition, found) {
                throw Self.notFound(id)
            }
            do {
                return try await create(definition, transition, target, found, call)
            } catch let error as StoreError where error.code == .conflict && attempt < 5 {
                // Somebody else was faster with the instance or its resource: look again.
                attempt += 1
            }
        }
    }

    /// What the identifiers of a call stand for.
    private struct Resolution {
        /// The instance; `nil` when it has to be created.
        var existing: String?
        /// Whether the identifier of the call belongs to an instance of another definition.
        var isForeign = false
        /// The resource that is to be linked to the new instance.
        var resource: Resource?
    }

    /// Finds what a call means.
    ///
    /// - Throws: ``WorkflowError`` `.notFound` when it belongs to somebody else than the caller.
    private func resolve(
        _ target: CallTarget, _ definition: String, _ principal: String?
    ) async throws -> Resolution {
        var resolution = Resolution()
        for id in target.identifiers {
            if let instance = try await engine.instance(id) {
                if instance.workflowType == definition {
                    try check(instance, principal)
                    return Resolution(existing: id)
                }
                resolution.isForeign = true
            }
        }
        let types = generation.stateTracker.resourceTypes(of: definition, engine: engine.name)
        for id in target.identifiers {
            for type in types {
                guard let found = try await generation.store.resource(type: type, id: id) else { continue }
                guard found.resource.isVisible(to: principal) else { throw Self.notFound(id) }
                if let instance = found.instance, instance.workflowType == definition {
                    return Resolution(existing: instance.id)
                }
                if found.resource.instanceID == nil { resolution.resource = resolution.resource ?? found.resource }
            }
            let origin = id.firstIndex(of: ":").map { String(id[id.index(after: $0)...]) }
            for candidate in ["\(definition):\(id)", origin ?? ""] where !candidate.isEmpty {
                if let instance = try await engine.instance(candidate), instance.workflowType == definition {
                    try check(instance, principal)
                    return Resolution(existing: candidate)
                }
            }
        }
        return resolution
    }

    /// Whether an instance may begin under an identifier that a caller takes for one that exists: with a resource that has
    /// no instance yet; or, where no `api.handler` creates the instances, with a transition that leaves the initial state.
    private func canBegin(_ definition: String, _ transition: String, _ found: Resolution) -> Bool {
        guard found.resource == nil else { return true }
        guard generation.stateTracker.linkedTypes(of: definition).isEmpty else { return false }
        let machine = engine.definition(definition)
        return machine?.transitions[transition]?.fromState == machine?.initialState
    }

    /// An instance belongs to the user that its data names, as `api.handler` writes it.
    private func check(_ instance: StateMachineInstance, _ principal: String?) throws {
        guard let principal, let owner = instance.data["userId"]?.stringValue, !owner.isEmpty, owner != principal
        else { return }
        throw Self.notFound(instance.id)
    }

    private static func notFound(_ id: String) -> WorkflowError {
        WorkflowError(.notFound, "There is no state-machine instance \"\(id)\".")
    }

    private func create(
        _ definition: String, _ transition: String, _ target: CallTarget, _ found: Resolution, _ call: WorkflowCall
    ) async throws -> StateMachineInstance {
        let id = target.identifiers.first ?? generation.environment.identifiers.next()
        let instanceID = found.isForeign ? "\(definition):\(id)" : id
        var operations = once(call)
        var data = target.creationData
        if let principal = call.principal { data["userId"] = .string(principal) }
        if var resource = found.resource, !found.isForeign {
            data = resource.data.merging(data)
            let version = resource.version
            resource.instanceID = instanceID
            resource.updatedAt = generation.environment.clock.now
            operations.append(.updateResource(resource, expectedVersion: version))
        }
        return try await engine.create(definition, id: instanceID, data: data, firing: transition, with: operations)
    }
}
