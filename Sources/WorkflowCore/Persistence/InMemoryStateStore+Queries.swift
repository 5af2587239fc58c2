extension InMemoryTables {
    func snapshot(_ resource: Resource) -> ResourceSnapshot {
        ResourceSnapshot(resource: resource, instance: resource.instanceID.flatMap { instances[ExactString($0)] })
    }

    func value(namespace: String, key: String, now: Timestamp) -> JSONValue? {
        guard let value = namespaces[ExactString(namespace)]?.values[ExactString(key)], !value.isExpired(now) else {
            return nil
        }
        return value.value
    }

    func values(namespace: String, prefix: String, limit: Int, now: Timestamp) -> [(key: String, value: JSONValue)] {
        guard let namespace = namespaces[ExactString(namespace)], limit > 0 else { return [] }
        let bound = StoreTransaction.upperBound(ofPrefix: prefix).map(ExactString.init)
        var found: [(key: String, value: JSONValue)] = []
        for key in namespace.order.elements(from: ExactString(prefix)) {
            if let bound, key >= bound { break }
            guard let value = namespace.values[key], !value.isExpired(now) else { continue }
            found.append((key.text, value.value))
            if found.count == limit { break }
        }
        return found
    }

    mutating func removeHistory(
        of workflowType: String, completedBefore time: Timestamp, after: Int64, limit: Int
    ) -> HistoryRemoval {
        var removal = HistoryRemoval()
        for (id, records) in history {
            guard let instance = instances[id], instance.completed, instance.workflowType == workflowType,
                instance.lastUpdated < time
            else { continue }
            guard removal.removed < limit else {
                removal.next = after + 1
                break
            }
            setHistory(id, nil)
            removal.removed += records.count
        }
        return removal
    }

    mutating func alignCompletion(of workflowType: String, finalStates: Set<String>, openStates: Set<String>) -> Int {
        var opened = 0
        for (id, var instance) in instances where instance.workflowType == workflowType {
            let states = instance.completed ? openStates : finalStates
            guard states.contains(instance.currentState) else { continue }
            opened += instance.completed ? 1 : -1
            instance.completed.toggle()
            setInstance(id, instance)
        }
        return opened
    }

    mutating func claimWork(owner: String, now: Timestamp, leaseUntil: Timestamp, limit: Int) -> [WorkItem] {
        let places = availableWork.elements.prefix(max(0, limit)).prefix { $0.availableAt <= now }
        let items = places.compactMap { place -> WorkItem? in
            guard var item = work[place.id] else { return nil }
            item.leaseOwner = owner
            item.leaseUntil = leaseUntil
            item.fencingToken &+= 1
            return item
        }
        for item in items { setWork(ExactString(item.id), item) }
        return items.sorted { ($0.notBefore, ExactString($0.id)) < ($1.notBefore, ExactString($1.id)) }
    }
}
