import Logging
import WorkflowCore

extension ResourceHandler {
    /// Stores the resources that the application begins with, unless there are some of their type.
    func plant(_ resources: [Resource]) async throws {
        let type = configuration.resourceName
        guard try await context.store.resourceCount(type: type) == 0 else { return }
        do {
            try await context.store.commit(StoreTransaction(try await planting(resources)))
        } catch let error as StoreError where error.code == .conflict {
            // Another process of the same application was faster.
            guard try await context.store.resourceCount(type: type) == 0 else { return }
            throw error
        }
        context.logger.info(
            "Resources loaded from the seed file", metadata: ["resource": "\(type)", "count": "\(resources.count)"])
    }

    /// What stores the resources. Those in the initial state get their instance with their first transition, others
    /// have it from the beginning.
    private func planting(_ resources: [Resource]) async throws -> [StoreTransaction.Operation] {
        let type = configuration.workflowType
        guard let definition = engine(for: type)?.definition(type) else {
            return resources.map { .createResource($0) }
        }
        var operations: [StoreTransaction.Operation] = []
        for var resource in resources {
            if resource.state != definition.initialState {
                let id = instanceID(resource)
                let isTaken = try await context.store.instance(id: id) != nil
                resource.instanceID = isTaken ? instanceID(resource, qualifiedBy: type) : id
                let instance = seed(resource, definition)
                operations.append(.createInstance(instance))
                operations.append(
                    .appendHistory(
                        TransitionRecord(
                            instanceID: instance.id, version: instance.version, transition: "", fromState: "",
                            toState: instance.currentState, timestamp: instance.startTime)))
            }
            operations.append(.createResource(resource))
        }
        return operations
    }

    /// An instance that begins in the state of its resource.
    private func seed(_ resource: Resource, _ definition: StateMachineDefinition) -> StateMachineInstance {
        let state = definition.states[resource.state]
        var instance = StateMachineInstance(
            id: resource.instanceID ?? resource.id, workflowType: definition.name, currentState: resource.state,
            data: instanceData(resource, type: definition.name).merging(state?.data ?? [:]),
            startTime: resource.createdAt, lastUpdated: resource.createdAt, completed: state?.isFinal ?? false)
        if let state, state.isError {
            let description = state.description.isEmpty ? resource.state : state.description
            instance.error = instance.data["error"]?.stringValue ?? description
        }
        return instance
    }
}
