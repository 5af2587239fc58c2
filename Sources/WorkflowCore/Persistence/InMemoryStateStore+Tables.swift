/// The contents of an in-memory store with their indexes.
///
/// Rows change only through the `set…` methods, which keep the indexes right in both directions; undoing a change is
/// setting the row it replaced.
struct InMemoryTables: Sendable {
    /// What identifies a resource.
    struct ResourceKey: Sendable, Hashable {
        let type: ExactString
        let id: ExactString

        init(_ type: String, _ id: String) {
            self.type = ExactString(type)
            self.id = ExactString(id)
        }
    }

    /// A list of resources: all of a type, or those of one owner.
    struct ResourceOrderKey: Sendable, Hashable {
        let type: ExactString
        let owner: ExactString?

        init(_ type: String, _ owner: String?) {
            self.type = ExactString(type)
            self.owner = owner.map(ExactString.init)
        }
    }

    /// The place of a work item in the order in which items can be claimed.
    struct WorkPlace: Sendable, Comparable {
        let availableAt: Timestamp
        let id: ExactString

        init(_ item: WorkItem) {
            availableAt = item.availableAt
            id = ExactString(item.id)
        }

        static func < (left: WorkPlace, right: WorkPlace) -> Bool {
            (left.availableAt, left.id) < (right.availableAt, right.id)
        }
    }

    /// A small value.
    struct Value: Sendable {
        let value: JSONValue
        let expiresAt: Timestamp?

        func isExpired(_ now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }
    }

    /// The small values of a namespace.
    struct Namespace: Sendable {
        var values: [ExactString: Value] = [:]
        var order = SortedArray<ExactString>()
    }

    private(set) var instances: [ExactString: StateMachineInstance] = [:]
    private(set) var openInstances = SortedArray<ExactString>()
    private(set) var history: [ExactString: [TransitionRecord]] = [:]
    private(set) var work: [ExactString: WorkItem] = [:]
    private(set) var availableWork = SortedArray<WorkPlace>()
    private(set) var outbox: [Int64: OutboxEvent] = [:]
    private(set) var outboxOrder = SortedArray<Int64>()
    private(set) var outboxSequences: [ExactString: Int64] = [:]
    private(set) var resources: [ResourceKey: Resource] = [:]
    private(set) var resourceKeys: [Int64: ResourceKey] = [:]
    private(set) var resourceOrder: [ResourceOrderKey: SortedArray<Int64>] = [:]
    private(set) var users: [ExactString: UserRecord] = [:]
    private(set) var userIDs: [ExactString: ExactString] = [:]
    private(set) var namespaces: [ExactString: Namespace] = [:]
    private var lastSequence: Int64 = 0

    /// Returns a number greater than all before.
    mutating func nextSequence() -> Int64 {
        lastSequence += 1
        return lastSequence
    }

    mutating func setInstance(_ id: ExactString, _ instance: StateMachineInstance?) {
        instances[id] = instance
        if let instance, !instance.completed { openInstances.insert(id) } else { openInstances.remove(id) }
    }

    mutating func appendHistory(_ record: TransitionRecord) {
        history[ExactString(record.instanceID), default: []].append(record)
    }

    mutating func setHistory(_ id: ExactString, _ records: [TransitionRecord]?) {
        history[id] = records
    }

    mutating func removeLastHistory(_ id: ExactString) {
        history[id]?.removeLast()
    }

    mutating func setWork(_ id: ExactString, _ item: WorkItem?) {
        if let old = work[id] { availableWork.remove(WorkPlace(old)) }
        work[id] = item
        if let item { availableWork.insert(WorkPlace(item)) }
    }

    mutating func setEvent(_ sequence: Int64, _ event: OutboxEvent?) {
        if let old = outbox[sequence] { outboxSequences[ExactString(old.id)] = nil }
        outbox[sequence] = event
        if let event {
            outboxSequences[ExactString(event.id)] = sequence
            outboxOrder.insert(sequence)
        } else {
            outboxOrder.remove(sequence)
        }
    }

    mutating func setResource(_ key: ResourceKey, _ resource: Resource?) {
        if let old = resources[key] {
            resourceKeys[old.sequence] = nil
            setOrder(of: old, isListed: false)
        }
        resources[key] = resource
        if let resource {
            resourceKeys[resource.sequence] = key
            setOrder(of: resource, isListed: true)
        }
    }

    mutating func setUser(_ id: ExactString, _ user: UserRecord?) {
        if let old = users[id] { userIDs[ExactString(old.emailKey)] = nil }
        users[id] = user
        if let user { userIDs[ExactString(user.emailKey)] = id }
    }

    mutating func setValue(_ namespace: ExactString, _ key: ExactString, _ value: Value?) {
        namespaces[namespace, default: Namespace()].values[key] = value
        if value != nil {
            namespaces[namespace]?.order.insert(key)
        } else {
            namespaces[namespace]?.order.remove(key)
            if namespaces[namespace]?.values.isEmpty == true { namespaces[namespace] = nil }
        }
    }

    /// Forgets values that have expired.
    ///
    /// - Returns: Whether there may be more.
    mutating func removeExpiredValues(_ now: Timestamp, limit: Int) -> Bool {
        var expired: [(namespace: ExactString, key: ExactString)] = []
        for (namespace, contents) in namespaces {
            for (key, value) in contents.values where value.isExpired(now) {
                guard expired.count < limit else { break }
                expired.append((namespace, key))
            }
        }
        for (namespace, key) in expired { setValue(namespace, key, nil) }
        return expired.count >= limit
    }

    private mutating func setOrder(of resource: Resource, isListed: Bool) {
        var keys = [ResourceOrderKey(resource.type, nil)]
        if let owner = resource.owner { keys.append(ResourceOrderKey(resource.type, owner)) }
        for key in keys {
            if isListed {
                resourceOrder[key, default: SortedArray()].insert(resource.sequence)
            } else {
                resourceOrder[key]?.remove(resource.sequence)
                if resourceOrder[key]?.count == 0 { resourceOrder[key] = nil }
            }
        }
    }
}
