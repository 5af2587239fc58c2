import WorkflowCore

/// A store transaction as the statements that carry it out.
///
/// It is made on the caller's thread, so that the thread that writes only binds and steps.
struct TransactionPlan: Sendable {
    private(set) var steps: [SQLStep] = []
    /// What the outcome of each step must be.
    private var expected: [TransactionStep] = []
    private let statements: StoreStatements
    /// Who delivers the events.
    private let node: String

    /// Plans a transaction.
    init(_ transaction: StoreTransaction, statements: StoreStatements, node: String) {
        self.statements = statements
        self.node = node
        steps.reserveCapacity(transaction.operations.count + 2)
        expected.reserveCapacity(transaction.operations.count + 2)
        for (index, operation) in transaction.operations.enumerated() { plan(operation, index) }
    }

    /// Runs all statements.
    ///
    /// - Returns: The positions of created and updated resources.
    /// - Throws: ``StoreError`` with the index of the operation that failed.
    func run(on connection: any SQLConnection) throws -> [ResourcePosition] {
        var positions: [ResourcePosition] = []
        try connection.run(steps) { index, outcome in
            if let position = try expected[index].position(after: outcome) { positions.append(position) }
        }
        return positions
    }

    private mutating func add(
        _ index: Int, _ statement: SQLStatement, _ expectation: TransactionStep.Expectation, _ arguments: [SQLValue]
    ) {
        let step = TransactionStep(expectation: expectation, operation: index)
        expected.append(step)
        steps.append(SQLStep(statement, arguments, returnsRow: step.returnsRow))
    }

    private mutating func plan(_ operation: StoreTransaction.Operation, _ index: Int) {
        switch operation {
        case .createInstance, .updateInstance, .deleteInstance, .appendHistory:
            planInstance(operation, index)
        case .enqueueWork, .finishWork, .updateWork:
            planWork(operation, index)
        case .appendOutbox(let events):
            for event in events { planEvent(event, index) }
        case .removeOutbox(let ids):
            for id in ids { add(index, statements.removeOutbox, .any, [.text(id)]) }
        case .createResource, .updateResource, .deleteResource:
            planResource(operation, index)
        case .createUser, .updateUser:
            planUser(operation, index)
        case .setValue, .createValue, .removeValue:
            planValue(operation, index)
        }
    }

    private mutating func planInstance(_ operation: StoreTransaction.Operation, _ index: Int) {
        switch operation {
        case .createInstance(let instance):
            add(
                index, statements.createInstance, .insert(conflict: "an instance with this identifier exists"),
                [
                    .text(instance.id), .text(instance.workflowType), .text(instance.currentState),
                    .text(instance.previousState), .json(.object(instance.data)), .time(instance.startTime),
                    .time(instance.lastUpdated), .integer(instance.completed ? 1 : 0), .optional(instance.error),
                    .integer(instance.version),
                ])
        case .updateInstance(let instance, let expectedVersion):
            add(
                index, statements.updateInstance,
                .change(conflict: "the instance has changed since it was read, or is gone"),
                [
                    .text(instance.workflowType), .text(instance.currentState), .text(instance.previousState),
                    .json(.object(instance.data)), .time(instance.startTime), .time(instance.lastUpdated),
                    .integer(instance.completed ? 1 : 0), .optional(instance.error), .integer(expectedVersion &+ 1),
                    .text(instance.id), .integer(expectedVersion),
                ])
        case .deleteInstance(let id):
            add(index, statements.deleteInstance, .any, [.text(id)])
            add(index, statements.deleteHistory, .any, [.text(id)])
            add(index, statements.deleteInstanceWork, .any, [.text(id)])
        case .appendHistory(let record):
            add(
                index, statements.appendHistory, .any,
                [
                    .text(record.instanceID), .integer(record.version), .text(record.transition),
                    .text(record.fromState), .text(record.toState), .json(.object(record.data)),
                    .time(record.timestamp), .optional(record.actor),
                ])
        default: break
        }
    }

    private mutating func planWork(_ operation: StoreTransaction.Operation, _ index: Int) {
        switch operation {
        case .enqueueWork(let item):
            add(
                index, statements.enqueueWork, .insert(conflict: "a work item with this identifier exists"),
                [
                    .text(item.id), .text(item.instanceID), .text(item.engine), .text(item.transition),
                    .text(item.fromState), .text(item.toState), .json(.array(item.handlers.map(JSONValue.string))),
                    .integer(Int64(item.cursor)), .json(.object(item.input)), .integer(Int64(item.attempts)),
                    .optional(item.lastError), .time(item.notBefore), .optional(item.leaseOwner),
                    .optional(item.leaseUntil), .integer(item.fencingToken), .time(item.createdAt),
                    .time(item.availableAt), .text(item.trace),
                ])
        case .finishWork(let id, let fencingToken):
            add(
                index, statements.finishWork, .change(conflict: "the work item was claimed by another, or is gone"),
                [.text(id), .integer(fencingToken)])
        case .updateWork(let item, let expectedToken):
            add(
                index, statements.updateWork, .change(conflict: "the work item was claimed by another, or is gone"),
                [
                    .integer(Int64(item.cursor)), .integer(Int64(item.attempts)), .optional(item.lastError),
                    .time(item.notBefore), .optional(item.leaseOwner), .optional(item.leaseUntil),
                    .time(item.availableAt), .text(item.id), .integer(expectedToken),
                ])
        default: break
        }
    }

    private mutating func planEvent(_ event: OutboxEvent, _ index: Int) {
        add(
            index, statements.appendOutbox, .insert(conflict: "an outgoing event with this identifier exists"),
            [
                .text(event.id), .text(event.broker), .text(event.topic), .json(event.payload), .text(event.key),
                .time(event.createdAt), .text(event.trace), .text(node),
            ])
    }

    private mutating func planResource(_ operation: StoreTransaction.Operation, _ index: Int) {
        switch operation {
        case .createResource(let resource):
            add(
                index, statements.createResource,
                .position(conflict: "a resource with this type and identifier exists"),
                [
                    .text(resource.type), .text(resource.id), .json(.object(resource.data)), .text(resource.state),
                    .optional(resource.owner), .optional(resource.instanceID), .integer(resource.version),
                    .time(resource.createdAt), .time(resource.updatedAt),
                ])
        case .updateResource(let resource, let expectedVersion):
            var arguments: [SQLValue] = [
                .json(.object(resource.data)), .text(resource.state), .optional(resource.owner),
                .optional(resource.instanceID), .time(resource.createdAt), .time(resource.updatedAt),
                .text(resource.type), .text(resource.id),
            ]
            if let expectedVersion { arguments.append(.integer(expectedVersion)) }
            add(
                index, expectedVersion == nil ? statements.updateResource : statements.updateResourceVersion,
                .position(conflict: "the resource has changed since it was read, or is gone"), arguments)
        case .deleteResource(let type, let id):
            add(index, statements.deleteResource, .any, [.text(type), .text(id)])
        default: break
        }
    }

    private mutating func planUser(_ operation: StoreTransaction.Operation, _ index: Int) {
        switch operation {
        case .createUser(let user):
            add(
                index, statements.createUser,
                .insert(conflict: "a user with this identifier or e-mail address exists"),
                [
                    .text(user.id), .text(user.email), .text(user.emailKey), .text(user.name),
                    .text(user.passwordHash), .time(user.createdAt),
                ])
        case .updateUser(let user):
            add(
                index, statements.updateUser,
                .change(conflict: "the user does not exist, or another one has this e-mail address"),
                [
                    .text(user.email), .text(user.emailKey), .text(user.name), .text(user.passwordHash),
                    .time(user.createdAt), .text(user.id),
                ])
        default: break
        }
    }

    private mutating func planValue(_ operation: StoreTransaction.Operation, _ index: Int) {
        switch operation {
        case .setValue(let namespace, let key, let value, let expiresAt):
            add(
                index, statements.setValue, .any,
                [.text(namespace), .text(key), .json(value), .optional(expiresAt)])
        case .createValue(let namespace, let key, let value, let now, let expiresAt):
            add(
                index, statements.createValue, .change(conflict: "a value with this key exists"),
                [.text(namespace), .text(key), .json(value), .optional(expiresAt), .time(now)])
        case .removeValue(let namespace, let key):
            add(index, statements.removeValue, .any, [.text(namespace), .text(key)])
        default: break
        }
    }
}
