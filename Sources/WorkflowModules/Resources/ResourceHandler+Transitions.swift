import HTTPTypes
import WorkflowCore

extension ResourceHandler {
    private static let defaultWorkflowType = "order-workflow"

    /// What a client asks for.
    private struct Wish {
        let transition: String
        let data: JSONObject
        let workflowType: String?
    }

    func makeTransition(_ request: ServerRequest, id: String) async throws -> ServerResponse {
        let wish = try Self.wish(try await body(request))
        var lostRace = false
        for _ in 0..<Self.raceLimit {
            let snapshot = try await find(id, for: request)
            try checkPrecondition(request, snapshot)
            guard !engines.isEmpty else { throw ErrorAnswer(.internalServerError, "Workflow engine not found") }
            let instanceID = snapshot.resource.instanceID ?? instanceID(snapshot.resource)
            guard mayFire(wish.transition) else {
                throw failure(
                    .forbidden, "The transition \"\(wish.transition)\" is not for clients to make", id, instanceID, wish
                )
            }
            let isConditional = request.headers[.ifMatch] != nil
            defer { changes.changed(id) }
            do {
                return success(try await fire(wish, on: snapshot, isConditional: isConditional), wish)
            } catch let error as StoreError where error.code == .conflict {
                if snapshot.instance == nil,
                    let holder = try await holder(
                        ofInstanceFor: snapshot.resource, of: workflowType(wish, snapshot.resource),
                        for: viewer(request)),
                    try await find(id, for: request).instance == nil
                {
                    throw failure(.conflict, holder.text, id, holder.instanceID, wish)
                }
                lostRace = true
            } catch let error as WorkflowError {
                switch error.code {
                case .transitionRefused:
                    guard !lostRace else {
                        throw failure(
                            .conflict, "Another transition was faster. \(error.message)", id, instanceID, wish)
                    }
                    throw failure(.badRequest, error.message, id, instanceID, wish)
                case .conflict where isConditional:
                    // Somebody else was faster: the precondition tells.
                    lostRace = true
                case .conflict: throw failure(.conflict, error.message, id, instanceID, wish)
                case .notFound where snapshot.instance != nil && error.message.contains(instanceID):
                    // The instance went away after it was read: look again.
                    lostRace = true
                default: throw failure(.internalServerError, error.message, id, instanceID, nil)
                }
            }
        }
        throw failure(
            .conflict, "Resource is being changed by others", id, instanceID(try await find(id, for: request).resource),
            wish)
    }

    /// Makes a transition; creates the instance, and links it to the resource, when there is none yet.
    private func fire(
        _ wish: Wish, on snapshot: ResourceSnapshot, isConditional: Bool
    ) async throws -> ResourceSnapshot {
        if let instance = snapshot.instance {
            guard let engine = engine(for: instance.workflowType) else { throw unknown(instance.workflowType) }
            let changed = try await engine.fire(
                wish.transition, on: instance.id, data: wish.data,
                expectedVersion: isConditional ? instance.version : nil)
            return ResourceSnapshot(resource: snapshot.resource, instance: changed)
        }
        var resource = snapshot.resource
        let type = workflowType(wish, resource)
        guard let engine = engine(for: type) else { throw unknown(type) }
        resource.updatedAt = context.clock.now
        var changed = try await withInstanceID(for: resource, of: type) { resource in
            let data = resource.data.merging(wish.data).merging(
                instanceData(resource, type: type).only(Self.identifying))
            let instance = try await engine.create(
                type, id: resource.instanceID ?? resource.id, data: data, firing: wish.transition,
                with: [.updateResource(resource, expectedVersion: snapshot.resource.version)])
            return ResourceSnapshot(resource: resource, instance: instance)
        }
        changed.resource.version += 1
        return changed
    }

    /// Whether clients may make a transition: one that the configuration lists, or without a list any that is not the
    /// outcome of a processing step.
    private func mayFire(_ transition: String) -> Bool {
        // What does not exist is refused with a better reason later.
        guard engines.contains(where: { $0.hasTransition(transition) }) else { return true }
        if let transitions = configuration.transitions { return transitions.contains { $0.value == transition } }
        return !outcomes.contains(transition)
    }

    private static let identifying = ["id", "instanceId", "workflowType"]

    private func workflowType(_ wish: Wish, _ resource: Resource) -> String {
        if let type = wish.workflowType { return type }
        if !configuration.workflowType.isEmpty { return configuration.workflowType }
        return resource.data["workflowType"]?.stringValue ?? Self.defaultWorkflowType
    }

    private func unknown(_ type: String) -> WorkflowError {
        let hint = Suggestion.text(for: type, among: engines.flatMap(\.definitionNames), what: "definitions")
        return WorkflowError(.notFound, Suggestion.sentence("There is no state machine \"\(type)\"", hint))
    }

    private func success(_ snapshot: ResourceSnapshot, _ wish: Wish) -> ServerResponse {
        let resource = renderer.document(snapshot)
        let document: JSONObject = [
            "success": true,
            "id": .string(snapshot.resource.id),
            "instanceId": .string(snapshot.instance?.id ?? ""),
            "transition": .string(wish.transition),
            "state": resource["state"] ?? .null,
            "lastUpdate": resource["lastUpdate"] ?? .null,
            "resource": .object(resource),
        ]
        var response = ServerResponse.json(.object(document))
        response.headers[.eTag] = EntityTag(snapshot).text
        return response
    }

    private func failure(
        _ status: HTTPResponse.Status, _ message: String, _ id: String, _ instanceID: String, _ wish: Wish?
    ) -> ErrorAnswer {
        var details: JSONObject = ["success": false, "id": .string(id), "instanceId": .string(instanceID)]
        if let wish { details["transition"] = .string(wish.transition) }
        return ErrorAnswer(status, message, details: details)
    }

    private static func wish(_ body: JSONObject) throws -> Wish {
        guard let transition = body["transition"]?.stringValue, !transition.isEmpty else {
            throw ErrorAnswer(
                .badRequest, invalidBody, details: ["detail": "transition must be the name of a transition"])
        }
        var data: JSONObject
        switch body["data"] {
        case nil, .null: data = [:]
        case .object(let fields): data = fields
        default: throw ErrorAnswer(.badRequest, invalidBody, details: ["detail": "data must be an object"])
        }
        for key in identifying + ["userId"] { data.removeValue(forKey: key) }
        let type = body["workflowType"]?.stringValue
        return Wish(transition: transition, data: data, workflowType: type?.isEmpty == true ? nil : type)
    }
}

extension JSONObject {
    /// The object with some of its keys.
    fileprivate func only(_ keys: [String]) -> JSONObject {
        JSONObject(keys.compactMap { key in self[key].map { (key, $0) } })
    }
}
