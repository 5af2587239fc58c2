import WorkflowCore

/// What a committed operation means for a kept row. Made before the commit, on the caller's thread.
enum CacheChange: Sendable {
    /// The row is now this record; `cost` is what it occupies.
    case put(CachedRecord, cost: Int)
    case remove(CachedRecord.Key)

    var key: CachedRecord.Key {
        switch self {
        case .put(let record, _): record.key
        case .remove(let key): key
        }
    }

    /// The changes of a transaction in order. Resources have the positions that they had before.
    static func changes(of transaction: StoreTransaction) -> [CacheChange] {
        transaction.operations.compactMap { operation in
            switch operation {
            case .createInstance(let instance):
                return CacheChange(.instance(instance))
            case .updateInstance(var instance, let expectedVersion):
                instance.version = expectedVersion &+ 1
                return CacheChange(.instance(instance))
            case .deleteInstance(let id):
                return .remove(.instance(id))
            case .createResource(let resource), .updateResource(let resource, _):
                return CacheChange(.resource(resource))
            case .deleteResource(let type, let id):
                return .remove(.resource(type, id))
            case .createUser(let user), .updateUser(let user):
                return CacheChange(.user(user))
            case .appendHistory, .enqueueWork, .finishWork, .updateWork, .appendOutbox, .removeOutbox, .setValue,
                .createValue, .removeValue:
                return nil
            }
        }
    }

    private init(_ record: CachedRecord) {
        self = .put(record, cost: record.cost)
    }

    /// Gives the resources the positions that the database gave them.
    static func positioned(_ changes: [CacheChange], _ positions: [ResourcePosition]) -> [CacheChange] {
        guard !positions.isEmpty else { return changes }
        var next = positions.makeIterator()
        return changes.map { change in
            guard case .put(.resource(var resource), let cost) = change, let position = next.next() else {
                return change
            }
            resource.sequence = position.sequence
            resource.version = position.version
            return .put(.resource(resource), cost: cost)
        }
    }
}
