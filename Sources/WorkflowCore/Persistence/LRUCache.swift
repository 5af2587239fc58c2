/// A dictionary that forgets what was not used for longest when it grows beyond a count or a cost.
package struct LRUCache<Key: Hashable, Value> {
    @usableFromInline struct Node {
        @usableFromInline var key: Key
        @usableFromInline var value: Value
        @usableFromInline var cost: Int
        @usableFromInline var newer: Int
        @usableFromInline var older: Int

        @inlinable init(key: Key, value: Value, cost: Int, newer: Int, older: Int) {
            self.key = key
            self.value = value
            self.cost = cost
            self.newer = newer
            self.older = older
        }
    }

    @inlinable static var none: Int { -1 }

    @usableFromInline let maximumCount: Int
    @usableFromInline let maximumCost: Int
    @usableFromInline var positions: [Key: Int] = [:]
    @usableFromInline var nodes: [Node?] = []
    @usableFromInline var free: [Int] = []
    @usableFromInline var newest: Int = -1
    @usableFromInline var oldest: Int = -1
    /// The sum of the costs of all values.
    @usableFromInline package internal(set) var cost = 0

    /// Creates an empty cache.
    ///
    /// - Parameters:
    ///   - maximumCount: How many values it holds.
    ///   - maximumCost: The greatest sum of costs.
    @inlinable package init(maximumCount: Int, maximumCost: Int) {
        self.maximumCount = maximumCount
        self.maximumCost = maximumCost
    }

    /// How many values there are.
    @inlinable package var count: Int { positions.count }

    /// Returns a value and notes its use.
    @inlinable package mutating func value(for key: Key) -> Value? {
        guard let position = positions[key] else { return nil }
        if position != newest {
            unlink(position)
            linkNewest(position)
        }
        return nodes[position]?.value
    }

    /// Returns a value without noting its use.
    @inlinable package func peek(_ key: Key) -> Value? {
        positions[key].flatMap { nodes[$0]?.value }
    }

    /// Sets a value. A value that alone exceeds the greatest cost is not kept.
    ///
    /// - Returns: The values that had to go; the caller releases them outside its lock.
    @inlinable package mutating func set(_ value: Value, for key: Key, cost: Int) -> [(key: Key, value: Value)] {
        var removed: [(key: Key, value: Value)] = []
        guard cost <= maximumCost, maximumCount > 0 else {
            if let old = remove(key) { removed.append((key, old)) }
            return removed
        }
        if let position = positions[key], let old = nodes[position] {
            removed.append((key, old.value))
            nodes[position]?.value = value
            nodes[position]?.cost = cost
            self.cost += cost - old.cost
            if position != newest {
                unlink(position)
                linkNewest(position)
            }
            shrink(&removed)
            return removed
        }
        let node = Node(key: key, value: value, cost: cost, newer: Self.none, older: Self.none)
        let position: Int
        if let reused = free.popLast() {
            position = reused
            nodes[position] = node
        } else {
            position = nodes.count
            nodes.append(node)
        }
        positions[key] = position
        self.cost += cost
        linkNewest(position)
        shrink(&removed)
        return removed
    }

    @inlinable mutating func shrink(_ removed: inout [(key: Key, value: Value)]) {
        while positions.count > maximumCount || cost > maximumCost, let key = nodes[oldest]?.key,
            let value = remove(key)
        {
            removed.append((key, value))
        }
    }

    /// Removes a value.
    @inlinable package mutating func remove(_ key: Key) -> Value? {
        guard let position = positions.removeValue(forKey: key), let node = nodes[position] else { return nil }
        unlink(position)
        nodes[position] = nil
        free.append(position)
        cost -= node.cost
        return node.value
    }

    @inlinable mutating func linkNewest(_ position: Int) {
        nodes[position]?.older = newest
        nodes[position]?.newer = Self.none
        if newest != Self.none { nodes[newest]?.newer = position }
        newest = position
        if oldest == Self.none { oldest = position }
    }

    @inlinable mutating func unlink(_ position: Int) {
        guard let node = nodes[position] else { return }
        if node.newer == Self.none { newest = node.older } else { nodes[node.newer]?.older = node.older }
        if node.older == Self.none { oldest = node.newer } else { nodes[node.older]?.newer = node.newer }
    }
}
