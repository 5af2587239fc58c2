import HTTPTypes
import WorkflowCore

extension ResourceHandler {
    /// How often a change is tried again that somebody else was faster with.
    static let raceLimit = 16

    static let invalidBody = "Invalid request body"

    func body(_ request: ServerRequest) async throws -> JSONObject {
        try await request.jsonObject(upTo: configuration.maxBodyBytes.bytes, otherwise: Self.invalidBody)
    }

    func create(
        _ request: ServerRequest, id pathID: String?, firing trigger: TriggeredTransition?
    ) async throws -> ServerResponse {
        let body = try await body(request)
        let id = try newID(pathID, body)
        let start = try start(trigger)
        let now = context.clock.now
        var resource = Resource(
            type: configuration.resourceName, id: id, data: body, state: Self.state(body), owner: Resource.nobody,
            createdAt: now, updatedAt: now)
        resource.data["id"] = .string(id)
        if let viewer = viewer(request) {
            resource.owner = viewer
            resource.data["userId"] = .string(viewer)
        }
        defer { changes.changed(id) }
        do {
            var snapshot = ResourceSnapshot(resource: resource)
            if let start {
                snapshot = try await begin(resource, start, .created) { .createResource($0) }
            } else {
                try await commit([.createResource(resource)], events(.created, snapshot))
            }
            var response = answer(snapshot, status: .created)
            let collection = request.path.hasSuffix("/") ? String(request.path.dropLast()) : request.path
            response.headers[.location] = pathID == nil ? "\(collection)/\(id)" : request.path
            return response
        } catch let error as StoreError where error.code == .conflict {
            throw try await conflict(resource, start, for: viewer(request))
        } catch let error as WorkflowError {
            throw ErrorAnswer(error.code == .transitionRefused ? .badRequest : .internalServerError, error.message)
        }
    }

    func replace(
        _ request: ServerRequest, id: String, firing trigger: TriggeredTransition?
    ) async throws -> ServerResponse {
        let body = try await body(request)
        for _ in 0..<Self.raceLimit {
            let snapshot = try await find(id, for: request)
            try checkPrecondition(request, snapshot)
            var resource = snapshot.resource
            resource.data = body
            resource.data["id"] = .string(id)
            if let owner = resource.owner, !owner.isEmpty { resource.data["userId"] = .string(owner) }
            resource.updatedAt = context.clock.now
            defer { changes.changed(id) }
            do {
                return answer(
                    try await save(
                        resource, over: snapshot, firing: trigger, isConditional: request.headers[.ifMatch] != nil))
            } catch let error as StoreError where error.code == .conflict {
                continue
            } catch let error as WorkflowError where error.code == .conflict || error.code == .notFound {
                continue
            } catch let error as WorkflowError {
                throw ErrorAnswer(error.code == .transitionRefused ? .badRequest : .internalServerError, error.message)
            }
        }
        throw ErrorAnswer(.conflict, "Resource is being changed by others")
    }

    func delete(_ request: ServerRequest, id: String) async throws -> ServerResponse {
        for _ in 0..<Self.raceLimit {
            let snapshot = try await find(id, for: request)
            try checkPrecondition(request, snapshot)
            let resource = snapshot.resource
            let events = events(.deleted, snapshot)
            // The update makes sure that what is deleted is what was seen.
            var operations: [StoreTransaction.Operation] = [
                .updateResource(resource, expectedVersion: resource.version),
                .deleteResource(type: resource.type, id: id),
            ]
            defer { changes.changed(id) }
            do {
                if let instance = snapshot.instance {
                    if request.headers[.ifMatch] != nil {
                        operations.insert(.updateInstance(instance, expectedVersion: instance.version), at: 0)
                    }
                    if !events.isEmpty { operations.append(.appendOutbox(events)) }
                    if let engine = engine(for: instance.workflowType) ?? engines.first {
                        try await engine.delete(instance.id, with: operations)
                    } else {
                        operations.append(.deleteInstance(id: instance.id))
                        try await context.store.commit(StoreTransaction(operations))
                    }
                    context.generation.outbox.enqueue(events)
                } else {
                    try await commit(operations, events)
                }
                return ServerResponse(status: .noContent)
            } catch let error as StoreError where error.code == .conflict {
                continue
            }
        }
        throw ErrorAnswer(.conflict, "Resource is being changed by others")
    }

    /// Stores a resource and brings its instance up to date, in one transaction.
    private func save(
        _ resource: Resource, over snapshot: ResourceSnapshot, firing trigger: TriggeredTransition?, isConditional: Bool
    ) async throws -> ResourceSnapshot {
        var saved = ResourceSnapshot(resource: resource, instance: snapshot.instance)
        if snapshot.instance == nil, trigger != nil, let start = try start(trigger) {
            saved = try await begin(resource, start, .updated) {
                .updateResource($0, expectedVersion: resource.version)
            }
            saved.resource.version += 1
            return saved
        }
        let events = events(.updated, saved)
        let update = StoreTransaction.Operation.updateResource(saved.resource, expectedVersion: saved.resource.version)
        saved.resource.version += 1
        guard let instance = snapshot.instance, let engine = engine(for: instance.workflowType) ?? engines.first else {
            try await commit([update], events)
            return saved
        }
        let operations = events.isEmpty ? [update] : [update, .appendOutbox(events)]
        let data = instanceData(saved.resource, type: instance.workflowType)
        // What the resource had and has no longer; what the state machine has added stays.
        let removed = snapshot.resource.data.keys.filter { !saved.resource.data.contains($0) }
        let version = isConditional ? instance.version : nil
        if let trigger {
            saved.instance = try await engine.fire(
                trigger.transition, on: instance.id, data: trigger.query.merging(data).merging(trigger.data),
                removing: removed, expectedVersion: version, with: operations)
        } else {
            saved.instance = try await engine.merge(
                data, removing: removed, into: instance.id, expectedVersion: version, with: operations)
        }
        context.generation.outbox.enqueue(events)
        return saved
    }

    /// Stores a resource and creates its instance, in one transaction.
    private func begin(
        _ resource: Resource, _ start: InstanceStart, _ kind: ResourceChange,
        _ operation: (Resource) -> StoreTransaction.Operation
    ) async throws -> ResourceSnapshot {
        try await withInstanceID(for: resource, of: start.type) { resource in
            let instance = try await start.engine.create(
                start.type, id: resource.instanceID ?? resource.id,
                data: start.extra.merging(instanceData(resource, type: start.type)), firing: start.transition,
                transitionData: start.data, with: [operation(resource)],
                events: events(kind, ResourceSnapshot(resource: resource)))
            return ResourceSnapshot(resource: resource, instance: instance)
        }
    }

    /// The answer when a resource cannot be created because it, or the instance that it needs, is there already.
    private func conflict(
        _ resource: Resource, _ start: InstanceStart?, for viewer: String?
    ) async throws -> ErrorAnswer {
        if let start, try await context.store.resource(type: resource.type, id: resource.id) == nil,
            let holder = try await holder(ofInstanceFor: resource, of: start.type, for: viewer)
        {
            return ErrorAnswer(
                .conflict, holder.text,
                details: ["id": .string(resource.id), "instanceId": .string(holder.instanceID)])
        }
        return ErrorAnswer(.conflict, "Resource already exists", details: ["id": .string(resource.id)])
    }

    private func commit(_ operations: [StoreTransaction.Operation], _ events: [OutboxEvent]) async throws {
        var transaction = StoreTransaction(operations)
        if !events.isEmpty { transaction.append(.appendOutbox(events)) }
        do {
            try await context.store.commit(transaction)
        } catch {
            context.generation.outbox.abandon(events, after: error)
            throw error
        }
        if !events.isEmpty { context.generation.outbox.enqueue(events) }
    }

    func checkPrecondition(_ request: ServerRequest, _ snapshot: ResourceSnapshot) throws {
        guard let field = request.headers[.ifMatch] else { return }
        let tag = EntityTag(snapshot)
        guard tag.isNamed(in: field, weakly: false) else {
            throw ErrorAnswer(.preconditionFailed, "Resource has changed", headers: [.eTag: tag.text])
        }
    }

    private func newID(_ pathID: String?, _ body: JSONObject) throws -> String {
        if let pathID {
            guard ResourceID.isValid(pathID) else {
                throw ErrorAnswer(.badRequest, "The id must have 1 to 128 letters, digits, - and _")
            }
            return pathID
        }
        if let id = body["id"]?.stringValue, ResourceID.isValid(id) { return id }
        return ResourceID.make(context.environment.identifiers)
    }

    private static func state(_ body: JSONObject) -> String {
        guard let state = body["state"]?.stringValue, !state.isEmpty else { return "new" }
        return state
    }
}
