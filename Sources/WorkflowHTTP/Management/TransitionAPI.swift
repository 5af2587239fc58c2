import HTTPTypes
import WorkflowCore

/// The request of the management API that makes a transition.
struct TransitionAPI: Sendable {
    /// Who an operator is in histories; the management API has one token, and does not know persons.
    private static let actor = "operator"

    let instances: InstanceAPI
    let maxBodyBytes: Int

    /// What a client asks for.
    private struct Wish {
        let transition: String
        let data: JSONObject
        let key: IdempotencyKey?
        let tag: String?
    }

    /// `POST /api/workflow/instances/{machine}/{id}/transitions` with `{transition, data?}`: makes a transition the way
    /// the application does, with its conditions and hooks.
    func make(_ request: ServerRequest) async throws -> ServerResponse {
        let generation = try instances.generation()
        let wish = try await wish(request)
        if let earlier = try await replay(wish, request, generation) { return earlier }
        do {
            return try await make(wish, request, generation)
        } catch {
            // What is in the way may be that another request with the key was faster.
            if let earlier = try await replay(wish, request, generation) { return earlier }
            throw error
        }
    }

    private func make(
        _ wish: Wish, _ request: ServerRequest, _ generation: GenerationContext
    ) async throws -> ServerResponse {
        let instance = try await instances.instance(request, generation)
        if let tag = wish.tag, !ComponentPreconditions.names(InstanceDocument.tag(instance), in: tag, weakly: false) {
            throw Self.changed(instance)
        }
        let (engine, to) = try target(wish.transition, of: instance, generation)
        let now = generation.environment.clock.now
        let version = instance.version + 1
        let result: JSONObject = [
            "transition": .string(wish.transition), "from": .string(instance.currentState), "to": .string(to),
            "version": .integer(version),
        ]
        let operations = wish.key.map { [$0.record(result, now: now)] } ?? []
        do {
            let after = try await InstanceAPI.answering {
                do {
                    return try await engine.fire(
                        wish.transition, on: instance.id, data: wish.data, expectedVersion: instance.version,
                        actor: Self.actor, with: operations)
                } catch let error as StoreError where error.code == .conflict {
                    throw HTTPError(.conflict, "Somebody else changed the instance at the same time; look at it again.")
                }
            }
            return Self.answer(result, after, engine)
        } catch let error as WorkflowError {
            throw try await Self.httpError(error, wish.tag != nil, instance, engine)
        }
    }

    private func wish(_ request: ServerRequest) async throws -> Wish {
        let body = try await ComponentBody(request, limit: maxBodyBytes, keys: ["transition", "data"])
        let transition = try body.text("transition")
        let data: JSONObject
        switch body.value("data") {
        case nil, .null?: data = [:]
        case .object(let members)?: data = members
        default: throw HTTPError(.badRequest, "The member \"data\" must be an object.")
        }
        let scope = "transition/\(request.parameters["machine"] ?? "")/\(request.parameters["id"] ?? "")"
        let content: JSONValue = ["transition": .string(transition), "data": .object(data)]
        return Wish(
            transition: transition, data: data,
            key: try IdempotencyKey(request, scope: scope, content: content), tag: request.headers[.ifMatch])
    }

    /// The answer for a request that has been done already.
    private func replay(
        _ wish: Wish, _ request: ServerRequest, _ generation: GenerationContext
    ) async throws -> ServerResponse? {
        guard let key = wish.key else { return nil }
        let now = generation.environment.clock.now
        let earlier = try await InstanceAPI.answering { try await key.earlier(in: generation.store, now: now) }
        guard let earlier else { return nil }
        let instance = try await instances.instance(request, generation)
        var response = Self.answer(earlier, instance, InstanceAPI.engine(for: instance, generation))
        response.headers[.idempotencyReplayed] = "true"
        return response
    }

    /// The engine for a transition, and the state that it leads to.
    ///
    /// - Throws: ``HTTPError`` that tells which transitions are possible instead.
    private func target(
        _ transition: String, of instance: StateMachineInstance, _ generation: GenerationContext
    ) throws -> (engine: StateMachineEngine, state: String) {
        guard let engine = InstanceAPI.engine(for: instance, generation),
            let definition = engine.definition(instance.workflowType)
        else {
            throw HTTPError(
                .conflict, "The running configuration has no state machine \"\(instance.workflowType)\" any more.")
        }
        let possible = InstanceAPI.possible(for: instance, engine)
        let list = possible.isEmpty ? "none is possible" : "possible are: \(possible.joined(separator: ", "))"
        let details: JSONObject = [
            "state": .string(instance.currentState), "transitions": .array(possible.map { .string($0) }),
        ]
        guard let known = definition.transitions[transition] else {
            let closest = Suggestion.closest(to: transition, among: definition.transitions.keys.sorted())
            let hint = closest.map { " Did you mean \"\($0)\"?" } ?? ""
            throw HTTPError(
                .unprocessableContent,
                "There is no transition \"\(transition)\"; from the state \"\(instance.currentState)\" \(list).\(hint)",
                details: details)
        }
        guard known.fromState == instance.currentState else {
            throw HTTPError(
                .conflict,
                "The transition \"\(transition)\" leaves the state \"\(known.fromState)\"; "
                    + "from the state \"\(instance.currentState)\" \(list).", details: details)
        }
        return (engine, known.toState)
    }

    private static func answer(
        _ result: JSONObject, _ instance: StateMachineInstance, _ engine: StateMachineEngine?
    ) -> ServerResponse {
        var document: JSONObject = ["id": .string(instance.id), "machine": .string(instance.workflowType)]
        document.merge(result)
        document["state"] = .string(instance.currentState)
        document["completed"] = .bool(instance.completed)
        document["transitions"] = .array(InstanceAPI.possible(for: instance, engine).map { .string($0) })
        var response = ServerResponse.json(.object(document))
        response.headers[.eTag] = InstanceDocument.tag(instance)
        return response
    }

    private static func changed(_ instance: StateMachineInstance) -> HTTPError {
        HTTPError(
            .preconditionFailed, "The instance has changed; look at it again.",
            details: ["state": .string(instance.currentState), "version": .integer(instance.version)])
    }

    private static func httpError(
        _ error: WorkflowError, _ isConditional: Bool, _ instance: StateMachineInstance, _ engine: StateMachineEngine
    ) async throws -> HTTPError {
        switch error.code {
        case .notFound: return HTTPError(.notFound, error.message)
        case .conflict:
            let now = try await InstanceAPI.answering { try await engine.instance(instance.id) }
            return isConditional
                ? changed(now ?? instance)
                : HTTPError(.conflict, "Another transition of \"\(instance.id)\" was faster; look at it again.")
        case .transitionRefused, .limitExceeded:
            return HTTPError(.conflict, error.message, details: ["state": .string(instance.currentState)])
        default: return HTTPError(.serviceUnavailable, error.message)
        }
    }
}
