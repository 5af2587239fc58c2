import WorkflowCore

/// What a committed operation means for a kept row.
enum CacheChange: Sendable {
    case put(CachedRecord)
    case remove(CachedRecord.Key)

    var key: CachedRecord.Key {
        switch self {
        case .put(let record): record.key
        case .remove(let key): key
        }
    }

    /// The changes of a transaction in order.
    ///
    /// - Parameters:
    ///   - transaction: What was committed.
    ///   - positions: What the database gave to its resources.
    static func changes(of transaction: StoreTransaction, positions: [ResourcePosition]) -> [CacheChange] {
        var changes: [CacheChange] = []
        var next = positions.makeIterator()
        for operation in transaction.operations {
            switch operation {
            case .createInstance(let instance):
                changes.append(.put(.instance(instance)))
            case .updateInstance(var instance, let expectedVersion):
                instance.version = expectedVersion &+ 1
                changes.append(.put(.instance(instance)))
            case .deleteInstance(let id):
                changes.append(.remove(.instance(id)))
            case .createResource(var resource), .updateResource(var resource, _):
                guard let position = next.next() else { continue }
                resource.sequence = position.sequence
                resource.version = position.version
                changes.append(.put(.resource(resource)))
            case .deleteResource(let type, let id):
                changes.append(.remove(.resource(type, id)))
            case .createUser(let user), .updateUser(let user):
                changes.append(.put(.user(user)))
            case .appendHistory, .enqueueWork, .finishWork, .updateWork, .appendOutbox, .removeOutbox, .setValue,
                .createValue, .removeValue:
                continue
            }
        }
        return changes
    }
}
