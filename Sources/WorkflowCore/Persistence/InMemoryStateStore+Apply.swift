extension InMemoryTables {
    /// How to take back one change.
    private enum Undo {
        case instance(ExactString, StateMachineInstance?)
        case history(ExactString, [TransitionRecord]?)
        case appendedHistory(ExactString)
        case work(ExactString, WorkItem?)
        case event(Int64, OutboxEvent?)
        case resource(ResourceKey, Resource?)
        case user(ExactString, UserRecord?)
        case value(ExactString, ExactString, Value?)
    }

    /// Applies all operations, or none.
    ///
    /// - Throws: ``StoreError`` `.conflict` with the index of the operation.
    mutating func apply(_ transaction: StoreTransaction) throws {
        var undo: [Undo] = []
        do {
            for (index, operation) in transaction.operations.enumerated() { try apply(operation, index, &undo) }
        } catch {
            for change in undo.reversed() { take(back: change) }
            throw error
        }
    }

    private mutating func take(back change: Undo) {
        switch change {
        case .instance(let id, let old): setInstance(id, old)
        case .history(let id, let old): setHistory(id, old)
        case .appendedHistory(let id): removeLastHistory(id)
        case .work(let id, let old): setWork(id, old)
        case .event(let sequence, let old): setEvent(sequence, old)
        case .resource(let key, let old): setResource(key, old)
        case .user(let id, let old): setUser(id, old)
        case .value(let namespace, let key, let old): setValue(namespace, key, old)
        }
    }

    private mutating func apply(_ operation: StoreTransaction.Operation, _ index: Int, _ undo: inout [Undo]) throws {
        switch operation {
        case .createInstance, .updateInstance, .deleteInstance, .appendHistory:
            try applyInstance(operation, index, &undo)
        case .enqueueWork, .finishWork, .updateWork:
            try applyWork(operation, index, &undo)
        case .appendOutbox, .removeOutbox:
            try applyOutbox(operation, index, &undo)
        case .createResource, .updateResource, .deleteResource:
            try applyResource(operation, index, &undo)
        case .createUser, .updateUser:
            try applyUser(operation, index, &undo)
        case .setValue, .createValue, .removeValue:
            try applyValue(operation, index, &undo)
        }
    }

    private mutating func applyInstance(
        _ operation: StoreTransaction.Operation, _ index: Int, _ undo: inout [Undo]
    ) throws {
        switch operation {
        case .createInstance(let instance):
            let id = ExactString(instance.id)
            guard instances[id] == nil else { throw conflict("an instance with this identifier exists", index) }
            undo.append(.instance(id, nil))
            setInstance(id, instance)
        case .updateInstance(var instance, let expectedVersion):
            let id = ExactString(instance.id)
            guard let old = instances[id], old.version == expectedVersion else {
                throw conflict("the instance has changed since it was read, or is gone", index)
            }
            instance.version = expectedVersion &+ 1
            undo.append(.instance(id, old))
            setInstance(id, instance)
        case .deleteInstance(let id):
            let id = ExactString(id)
            undo.append(.instance(id, instances[id]))
            undo.append(.history(id, history[id]))
            setInstance(id, nil)
            setHistory(id, nil)
            for (workID, item) in work where ExactString(item.instanceID) == id {
                undo.append(.work(workID, item))
                setWork(workID, nil)
            }
        case .appendHistory(let record):
            undo.append(.appendedHistory(ExactString(record.instanceID)))
            appendHistory(record)
        default: break
        }
    }

    private mutating func applyWork(
        _ operation: StoreTransaction.Operation, _ index: Int, _ undo: inout [Undo]
    ) throws {
        switch operation {
        case .enqueueWork(let item):
            let id = ExactString(item.id)
            guard work[id] == nil else { throw conflict("a work item with this identifier exists", index) }
            undo.append(.work(id, nil))
            setWork(id, item)
        case .finishWork(let id, let fencingToken):
            let id = ExactString(id)
            undo.append(.work(id, try claimed(id, fencingToken, index)))
            setWork(id, nil)
        case .updateWork(let new, let expectedToken):
            let id = ExactString(new.id)
            var item = try claimed(id, expectedToken, index)
            undo.append(.work(id, item))
            item.cursor = new.cursor
            item.attempts = new.attempts
            item.lastError = new.lastError
            item.notBefore = new.notBefore
            item.leaseOwner = new.leaseOwner
            item.leaseUntil = new.leaseUntil
            item.fencingToken &+= 1
            setWork(id, item)
        default: break
        }
    }

    private func claimed(_ id: ExactString, _ fencingToken: Int64, _ index: Int) throws -> WorkItem {
        guard let item = work[id], item.fencingToken == fencingToken else {
            throw conflict("the work item was claimed by another, or is gone", index)
        }
        return item
    }

    private mutating func applyOutbox(
        _ operation: StoreTransaction.Operation, _ index: Int, _ undo: inout [Undo]
    ) throws {
        switch operation {
        case .appendOutbox(let events):
            for event in events {
                guard outboxSequences[ExactString(event.id)] == nil else {
                    throw conflict("an outgoing event with this identifier exists", index)
                }
                let sequence = nextSequence()
                undo.append(.event(sequence, nil))
                setEvent(sequence, event)
            }
        case .removeOutbox(let ids):
            for id in ids {
                guard let sequence = outboxSequences[ExactString(id)] else { continue }
                undo.append(.event(sequence, outbox[sequence]))
                setEvent(sequence, nil)
            }
        default: break
        }
    }

    private mutating func applyResource(
        _ operation: StoreTransaction.Operation, _ index: Int, _ undo: inout [Undo]
    ) throws {
        switch operation {
        case .createResource(var resource):
            let key = ResourceKey(resource.type, resource.id)
            guard resources[key] == nil else {
                throw conflict("a resource with this type and identifier exists", index)
            }
            resource.sequence = nextSequence()
            undo.append(.resource(key, nil))
            setResource(key, resource)
        case .updateResource(var resource, let expectedVersion):
            let key = ResourceKey(resource.type, resource.id)
            guard let old = resources[key], expectedVersion == nil || old.version == expectedVersion else {
                throw conflict("the resource has changed since it was read, or is gone", index)
            }
            resource.sequence = old.sequence
            resource.version = old.version &+ 1
            undo.append(.resource(key, old))
            setResource(key, resource)
        case .deleteResource(let type, let id):
            let key = ResourceKey(type, id)
            undo.append(.resource(key, resources[key]))
            setResource(key, nil)
        default: break
        }
    }

    private mutating func applyUser(
        _ operation: StoreTransaction.Operation, _ index: Int, _ undo: inout [Undo]
    ) throws {
        switch operation {
        case .createUser(let user):
            let id = ExactString(user.id)
            guard users[id] == nil, userIDs[ExactString(user.emailKey)] == nil else {
                throw conflict("a user with this identifier or e-mail address exists", index)
            }
            undo.append(.user(id, nil))
            setUser(id, user)
        case .updateUser(let user):
            let id = ExactString(user.id)
            guard let old = users[id], (userIDs[ExactString(user.emailKey)] ?? id) == id else {
                throw conflict("the user does not exist, or another one has this e-mail address", index)
            }
            undo.append(.user(id, old))
            setUser(id, user)
        default: break
        }
    }

    private mutating func applyValue(
        _ operation: StoreTransaction.Operation, _ index: Int, _ undo: inout [Undo]
    ) throws {
        let namespace: ExactString
        let key: ExactString
        let new: Value?
        switch operation {
        case .setValue(let namespaceText, let keyText, let value, let expiresAt):
            (namespace, key) = (ExactString(namespaceText), ExactString(keyText))
            new = Value(value: value, expiresAt: expiresAt)
        case .createValue(let namespaceText, let keyText, let value, let now, let expiresAt):
            (namespace, key) = (ExactString(namespaceText), ExactString(keyText))
            if let old = namespaces[namespace]?.values[key], !old.isExpired(now) {
                throw conflict("a value with this key exists", index)
            }
            new = Value(value: value, expiresAt: expiresAt)
        case .removeValue(let namespaceText, let keyText):
            (namespace, key) = (ExactString(namespaceText), ExactString(keyText))
            new = nil
        default: return
        }
        undo.append(.value(namespace, key, namespaces[namespace]?.values[key]))
        setValue(namespace, key, new)
    }

    private func conflict(_ message: String, _ index: Int) -> StoreError {
        StoreError(.conflict, message, operation: index)
    }
}
