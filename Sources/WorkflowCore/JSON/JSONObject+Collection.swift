extension JSONObject: RandomAccessCollection {
    /// One key and its value.
    public typealias Element = (key: String, value: JSONValue)

    /// The position of the first pair: 0.
    public var startIndex: Int { 0 }

    /// The position after the last pair, which is the number of keys.
    public var endIndex: Int { entries.count }

    /// The number of keys.
    public var count: Int { entries.count }

    /// Whether there are no keys.
    public var isEmpty: Bool { entries.isEmpty }

    /// The pair at a position.
    ///
    /// - Parameter position: A valid position, from 0.
    public subscript(position: Int) -> Element {
        let entry = entries[position]
        return (entry.key, entry.value)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Creates an object from a literal; a repeated key keeps its first place and its last value.
    ///
    /// - Parameter elements: The keys and values in order.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}

extension JSONObject: Hashable {
    /// Whether both objects hold equal values under the same keys, in any order.
    public static func == (lhs: JSONObject, rhs: JSONObject) -> Bool {
        guard lhs.count == rhs.count else { return false }
        for (left, right) in zip(lhs.entries, rhs.entries) {
            if JSONKeyIndex.matches(left.key, right.key) {
                guard left.value == right.value else { return false }
            } else {
                guard let other = rhs[left.key], other == left.value else { return false }
            }
        }
        return true
    }

    /// Feeds the pairs to a hasher, in a way that does not depend on their order.
    public func hash(into hasher: inout Hasher) {
        var combined = 0
        for entry in entries {
            var pair = Hasher()
            pair.combine(entry.key)
            pair.combine(entry.value)
            combined ^= pair.finalize()
        }
        hasher.combine(count)
        hasher.combine(combined)
    }
}

extension JSONObject: CustomStringConvertible {
    /// The object as compact JSON.
    public var description: String { JSONValue.object(self).jsonString() }
}
