/// Looks for an order of the items of each layer in which few lines cross, by the medians of neighbours and by
/// exchanging those that stand side by side.
struct LayerOrdering {
    private static let rounds = 24

    private var order: [[Int]]
    private let above: [[Int]]
    private let below: [[Int]]
    private var position: [Int]

    init(_ order: [[Int]], above: [[Int]], below: [[Int]]) {
        self.order = order
        self.above = above
        self.below = below
        position = [Int](repeating: 0, count: above.count)
        for layer in order.indices { number(layer) }
    }

    /// The best order that was found.
    mutating func best() -> [[Int]] {
        var best = order
        var fewest = crossings
        for round in 0..<Self.rounds where fewest > 0 {
            let isDown = round.isMultiple(of: 2)
            let layers = isDown ? Array(order.indices) : order.indices.reversed()
            for layer in layers { sort(layer, by: isDown ? above : below) }
            exchange()
            let count = crossings
            if count < fewest { (best, fewest) = (order, count) }
        }
        return best
    }

    private mutating func number(_ layer: Int) {
        for (index, item) in order[layer].enumerated() { position[item] = index }
    }

    /// Sorts a layer by the medians of its neighbours; items without any stay where they are.
    private mutating func sort(_ layer: Int, by neighbours: [[Int]]) {
        let items = order[layer]
        let medians = items.map { item -> Double? in
            let places = neighbours[item].map { position[$0] }.sorted()
            guard !places.isEmpty else { return nil }
            let middle = places.count / 2
            return places.count.isMultiple(of: 2)
                ? Double(places[middle - 1] + places[middle]) / 2 : Double(places[middle])
        }
        var sorted = items.indices.filter { medians[$0] != nil }
            .sorted { (medians[$0] ?? 0, $0) < (medians[$1] ?? 0, $1) }[...]
        order[layer] = items.indices.map { index in
            medians[index] == nil ? items[index] : items[sorted.removeFirst()]
        }
        number(layer)
    }

    /// Exchanges neighbours as long as that removes crossings.
    private mutating func exchange() {
        var isBetter = true
        while isBetter {
            isBetter = false
            for layer in order.indices {
                for index in order[layer].indices.dropLast() {
                    let (left, right) = (order[layer][index], order[layer][index + 1])
                    guard crossings(right, left) < crossings(left, right) else { continue }
                    order[layer].swapAt(index, index + 1)
                    number(layer)
                    isBetter = true
                }
            }
        }
    }

    /// The crossings of the lines of two items when the first stands to the left.
    private func crossings(_ left: Int, _ right: Int) -> Int {
        [above, below].reduce(0) { sum, neighbours in
            neighbours[left].reduce(sum) { sum, first in
                sum + neighbours[right].count { position[$0] < position[first] }
            }
        }
    }

    private var crossings: Int {
        order.reduce(0) { sum, layer in
            layer.indices.reduce(sum) { sum, index in
                layer[(index + 1)...].reduce(sum) { sum, right in
                    below[layer[index]].reduce(sum) { sum, first in
                        sum + below[right].count { position[$0] < position[first] }
                    }
                }
            }
        }
    }
}
