extension ReloadPlan {
    /// A route, a schedule or a subscription.
    public struct Item: Sendable, Equatable {
        /// What it is, in one line, such as `GET /orders -> orders [auth]`.
        public let summary: String
        /// Its keys, without secrets.
        public let details: JSONObject
    }

    /// Which items of a kind come, go and change.
    public struct ItemChanges: Sendable, Equatable {
        /// An item that is in both configurations, with differences.
        public struct Change: Sendable, Equatable {
            /// The item before.
            public let old: Item
            /// The item after.
            public let new: Item
        }

        /// The items that are only in the new configuration.
        public let added: [Item]
        /// The items that are only in the old configuration.
        public let removed: [Item]
        /// The items that differ.
        public let changed: [Change]

        /// Whether there are none.
        public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

        /// No changes.
        static let none = ItemChanges(from: [], to: [])

        init(from old: [ConfiguredItem], to new: [ConfiguredItem]) {
            let before = Self.byKey(old)
            let after = Self.byKey(new)
            var added: [Item] = []
            var changed: [Change] = []
            for (key, item) in after.ordered {
                guard let other = before.items[key] else {
                    added.append(item.item)
                    continue
                }
                if !item.isSame(as: other) { changed.append(Change(old: other.item, new: item.item)) }
            }
            self.added = added
            self.changed = changed
            removed = before.ordered.filter { after.items[$0.key] == nil }.map(\.item.item)
        }

        /// The items by what tells them apart; several that nothing tells apart are counted.
        private static func byKey(
            _ items: [ConfiguredItem]
        ) -> (ordered: [(key: [String], item: ConfiguredItem)], items: [[String]: ConfiguredItem]) {
            var counts: [[String]: Int] = [:]
            let ordered = items.map { item in
                let number = counts[item.key, default: 0]
                counts[item.key] = number + 1
                return (key: number == 0 ? item.key : item.key + ["#\(number)"], item: item)
            }
            return (ordered, Dictionary(ordered.map { ($0.key, $0.item) }, uniquingKeysWith: { first, _ in first }))
        }
    }
}

/// An item of a configuration with what tells it apart and what it means.
struct ConfiguredItem {
    /// What tells it apart.
    let key: [String]
    /// Everything else that it means.
    let values: [ConfigurationView]
    private let makeSummary: () -> String
    private let makeDetails: () -> [(String, JSONValue?)]

    init(
        key: [String], values: [ConfigurationView], summary: @escaping @autoclosure () -> String,
        details: @escaping @autoclosure () -> [(String, JSONValue?)]
    ) {
        self.key = key
        self.values = values
        makeSummary = summary
        makeDetails = details
    }

    /// What people are told; made only for what has changed.
    var item: ReloadPlan.Item {
        ReloadPlan.Item(
            summary: makeSummary(),
            details: JSONObject(makeDetails().compactMap { name, value in value.map { (name, $0) } }))
    }

    func isSame(as other: ConfiguredItem) -> Bool {
        values.count == other.values.count && zip(values, other.values).allSatisfy { $0.isSame($1) }
    }
}
