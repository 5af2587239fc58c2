extension InMemoryStateStore: StoreListing {
    public func instances(_ query: InstanceQuery) async throws -> InstancePage {
        let found = try withTables { tables in
            let after = query.after.map(ExactString.init)
            return tables.instances.filter { id, instance in
                (after.map { id > $0 } ?? true) && query.matches(instance)
            }
        }
        let limit = max(1, query.limit)
        let page = found.sorted { $0.key < $1.key }.prefix(limit).map { entry in
            var instance = entry.value
            instance.data = [:]
            return instance
        }
        return InstancePage(instances: page, next: found.count > limit ? page.last?.id : nil)
    }

    public func latestValues(
        namespace: String, from lower: String, before upper: String, limit: Int, now: Timestamp
    ) async throws -> [(key: String, value: JSONValue)] {
        try withTables { tables in
            guard let namespace = tables.namespaces[ExactString(namespace)], limit > 0 else { return [] }
            let upper = ExactString(upper)
            var found: [(key: String, value: JSONValue)] = []
            for key in namespace.order.elements(from: ExactString(lower)).prefix(while: { $0 < upper }).reversed() {
                guard let value = namespace.values[key], !value.isExpired(now) else { continue }
                found.append((key.text, value.value))
                if found.count == limit { break }
            }
            return found
        }
    }
}
