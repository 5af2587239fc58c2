/// Which instances had their last transition in this process, so that no other one has events of them.
struct OwnInstances {
    private static let capacity = 20_000

    private struct Entry {
        let version: Int64
        let owner: String
    }

    private var entries = LRUCache<String, Entry>(maximumCount: Self.capacity, maximumCost: Self.capacity)

    /// Takes note of a transition, or of the creation of an instance.
    ///
    /// - Parameters:
    ///   - operation: The change of the instance, which has been committed.
    ///   - owner: Under which identifier this process was known before the commit; empty for none.
    /// - Returns: The instance, when its last change but this one was, or may have been, made by another process.
    mutating func note(_ operation: StoreTransaction.Operation, by owner: String) -> String? {
        switch operation {
        case .createInstance(let instance):
            set(instance.version, instance.id, owner)
            return nil
        case .updateInstance(let instance, let expectedVersion):
            let last = entries.peek(instance.id)
            set(expectedVersion &+ 1, instance.id, owner)
            let isOwn = !owner.isEmpty && last?.owner == owner && last?.version == expectedVersion
            return isOwn ? nil : instance.id
        default: return nil
        }
    }

    private mutating func set(_ version: Int64, _ id: String, _ owner: String) {
        _ = entries.set(Entry(version: version, owner: owner), for: id, cost: 1)
    }
}
