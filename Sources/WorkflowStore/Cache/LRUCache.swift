/// A dictionary that forgets what was not used for longest when it grows beyond a count or a cost.
struct LRUCache<Key: Hashable, Value> {
    private struct Node {
        var key: Key
        var value: Value
        var cost: Int
        var newer: Int
        var older: Int
    }

    private static var none: Int { -1 }

    private let maximumCount: Int
    private let maximumCost: Int
    private var positions: [Key: Int] = [:]
    private var nodes: [Node?] = []
    private var free: [Int] = []
    private var newest = Self.none
    private var oldest = Self.none
    /// The sum of the costs of all values.
    private(set) var cost = 0

    init(maximumCount: Int, maximumCost: Int) {
        self.maximumCount = maximumCount
        self.maximumCost = maximumCost
    }

    /// How many values there are.
    var count: Int { positions.count }

    /// Returns a value and notes its use.
    mutating func value(for key: Key) -> Value? {
        guard let position = positions[key] else { return nil }
        if position != newest {
            unlink(position)
            linkNewest(position)
        }
        return nodes[position]?.value
    }

    /// Returns a value without noting its use.
    func peek(_ key: Key) -> Value? {
        positions[key].flatMap { nodes[$0]?.value }
    }

    /// Sets a value. A value that alone exceeds the greatest cost is not kept.
    ///
    /// - Returns: The values that had to go; the caller releases them outside its lock.
    mutating func set(_ value: Value, for key: Key, cost: Int) -> [(key: Key, value: Value)] {
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

    private mutating func shrink(_ removed: inout [(key: Key, value: Value)]) {
        while positions.count > maximumCount || cost > maximumCost, let key = nodes[oldest]?.key,
            let value = remove(key)
        {
            removed.append((key, value))
        }
    }

    /// Removes a value.
    mutating func remove(_ key: Key) -> Value? {
        guard let position = positions.removeValue(forKey: key), let node = nodes[position] else { return nil }
        unlink(position)
        nodes[position] = nil
        free.append(position)
        cost -= node.cost
        return node.value
    }

    private mutating func linkNewest(_ position: Int) {
        nodes[position]?.older = newest
        nodes[position]?.newer = Self.none
        if newest != Self.none { nodes[newest]?.newer = position }
        newest = position
        if oldest == Self.none { oldest = position }
    }

    private mutating func unlink(_ position: Int) {
        guard let node = nodes[position] else { return }
        if node.newer == Self.none { newest = node.older } else { nodes[node.newer]?.older = node.older }
        if node.older == Self.none { oldest = node.newer } else { nodes[node.older]?.newer = node.newer }
    }
}
