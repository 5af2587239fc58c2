import WorkflowModules

/// A part of a list.
struct Page<Item: Sendable>: Sendable {
    /// The items.
    var items: [Item]
    /// Where the next part begins; `nil` at the end.
    var next: Cursor?
    /// How many there are altogether, where that is known.
    var total: Int?

    /// Makes a page of what a query for one row more than wanted has found.
    init(_ found: [Item], limit: Int, total: Int? = nil, key: (Item) -> String) {
        items = Array(found.prefix(limit))
        next = found.count > limit ? items.last.map { Cursor(key: key($0)) } : nil
        self.total = total
    }
}

/// Where a part of a list begins: behind the item with a key.
struct Cursor: Sendable, Hashable {
    /// The key of the last item before.
    let key: String

    /// Greater than every key of a list that runs from the newest to the oldest.
    static let start = Cursor(key: "~")

    init(key: String) {
        self.key = key
    }

    /// Reads the form that clients see.
    init?(text: String) {
        guard text.utf8.count <= 128, let bytes = UnpaddedBase64.url.decode(text.utf8),
            let key = String(validating: bytes, as: UTF8.self),
            key.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        self.key = key
    }

    /// The form that clients see, which says nothing to them.
    var text: String { UnpaddedBase64.url.encode(Array(key.utf8)) }
}

/// What part of a list is wanted.
struct PageRequest: Sendable {
    var cursor: Cursor
    var limit: Int
}
