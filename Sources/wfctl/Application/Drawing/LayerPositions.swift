/// Where the items of each layer stand across the direction of lines: as near to their neighbours as the others in the
/// layer let them.
struct LayerPositions {
    private static let rounds = 60

    private let layers: Layers
    /// The items of the longest way.
    private let main: Set<Int>
    /// The items between the boxes of a line, for each of them.
    private var chains: [Int: [Int]] = [:]
    /// The middle of each item.
    private(set) var places: [Double]
    private var pulls: [[(item: Int, weight: Double, isBelow: Bool)]]

    init(_ layers: Layers) {
        self.layers = layers
        places = [Double](repeating: 0, count: layers.items.count)
        pulls = layers.items.map { _ in [] }
        main = Set(layers.links.filter(\.isMain).flatMap { [$0.from, $0.to] })
        for chain in layers.chains where chain.count > 1 {
            for item in chain { chains[item] = chain }
        }
        for link in layers.links {
            let weight = Self.weight(link, layers)
            pulls[link.from].append((link.to, weight, true))
            pulls[link.to].append((link.from, weight, false))
        }
        for layer in layers.order { spread(layer) { _ in (0, 1) } }
        // First each side by itself, so that everything finds its region; then both, to settle.
        for round in 0..<Self.rounds { settle(isDown: round.isMultiple(of: 2), isBoth: round > 16, straightens: false) }
        for round in 0..<Self.rounds { settle(isDown: round.isMultiple(of: 2), isBoth: true, straightens: true) }
        let least = places.indices.map { places[$0] - layers.items[$0].left }.min() ?? 0
        for index in places.indices { places[index] -= least }
    }

    /// Moves the items of each layer to where they want to be.
    ///
    /// - Parameters:
    ///   - isDown: Whether to begin above.
    ///   - isBoth: Whether both sides count, or only the one that comes from.
    ///   - straightens: Whether lines that pass through layers, and the longest way, run straight.
    private mutating func settle(isDown: Bool, isBoth: Bool, straightens: Bool) {
        let axis = main.isEmpty ? 0 : main.reduce(0) { $0 + places[$1] } / Double(main.count)
        for layer in isDown ? layers.order : layers.order.reversed() {
            let (places, pulls, chains, main) = (places, pulls, chains, main)
            spread(layer) { item in
                if straightens, main.contains(item) { return (axis, 1_000_000) }
                if straightens, let chain = chains[item] {
                    return (chain.reduce(0) { $0 + places[$1] } / Double(chain.count), 8)
                }
                let near = pulls[item].filter { isBoth || $0.isBelow != isDown }
                let weight = near.reduce(0) { $0 + $1.weight }
                guard weight > 0 else { return (places[item], 0.01) }
                return (near.reduce(0) { $0 + places[$1.item] * $1.weight } / weight, weight)
            }
        }
    }

    /// Lines that pass through layers shall be straight, and the longest way above all.
    private static func weight(_ link: Layers.Link, _ layers: Layers) -> Double {
        let ends = [link.from, link.to].count { layers.items[$0].isNode }
        return (link.isMain ? 200 : 1) * [6.0, 2, 1][ends]
    }

    /// Gives the items of a layer the places nearest to those they want, in their order and without overlaps.
    ///
    /// This is a weighted isotonic regression: neighbours that want to pass each other become a block, which stands
    /// where all of it wants to be on average.
    private mutating func spread(_ layer: [Int], wish: (Int) -> (place: Double, weight: Double)) {
        var offset = 0.0
        var blocks: [(place: Double, weight: Double, count: Int)] = []
        var offsets: [Double] = []
        for (index, item) in layer.enumerated() {
            if index > 0 {
                offset += layers.items[layer[index - 1]].right + layers.items[item].left + layers.graph.gap
            }
            offsets.append(offset)
            let wish = wish(item)
            blocks.append((wish.place - offset, wish.weight, 1))
            while blocks.count > 1, blocks[blocks.count - 2].place > blocks[blocks.count - 1].place {
                let last = blocks.removeLast()
                let before = blocks.removeLast()
                let weight = before.weight + last.weight
                let place = (before.place * before.weight + last.place * last.weight) / weight
                blocks.append((place, weight, before.count + last.count))
            }
        }
        var index = 0
        for block in blocks {
            for _ in 0..<block.count {
                places[layer[index]] = block.place + offsets[index]
                index += 1
            }
        }
    }
}
