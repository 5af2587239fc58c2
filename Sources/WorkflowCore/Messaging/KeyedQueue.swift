import DequeModule

/// A queue in which of the elements with the same key only one is in hand at a time, so that each key keeps its order
/// while other keys go on.
///
/// Elements with an empty key have no order among each other beyond the order in which they are taken.
package struct KeyedQueue<Element> {
    private struct Item {
        let key: String
        let element: Element
    }

    /// Elements in the order of arrival; their keys may be in hand.
    private var arrived = Deque<Item>()
    /// Elements whose key is reserved for them already.
    private var due = Deque<Element>()

    /// The keys in hand, each with the elements that wait for it.
    private var reserved: [String: Deque<Element>] = [:]

    /// How many elements wait, whether they could be taken now or not.
    package private(set) var count = 0

    /// Creates an empty queue.
    package init() {}

    /// Whether there may be an element whose key is free.
    package var mayHaveMore: Bool { !due.isEmpty || !arrived.isEmpty }

    /// Adds an element at the end.
    package mutating func append(_ element: Element, key: String) {
        arrived.append(Item(key: key, element: element))
        count += 1
    }

    /// Takes the first element whose key is free and reserves the key.
    ///
    /// - Returns: The element, or `nil` when there is none; ``finish(key:)`` or ``putBack(_:)`` must follow.
    package mutating func take() -> Element? {
        if let element = due.popFirst() {
            count -= 1
            return element
        }
        while let item = arrived.popFirst() {
            guard !item.key.isEmpty else {
                count -= 1
                return item.element
            }
            if reserved[item.key]?.append(item.element) == nil {
                reserved[item.key] = Deque()
                count -= 1
                return item.element
            }
        }
        return nil
    }

    /// Frees the key of an element that was taken.
    package mutating func finish(key: String) {
        guard !key.isEmpty, let index = reserved.index(forKey: key) else { return }
        if let next = reserved.values[index].popFirst() {
            due.append(next)
        } else {
            reserved.remove(at: index)
        }
    }

    /// Returns an element that was taken; it comes before all others of its key.
    package mutating func putBack(_ element: Element) {
        due.append(element)
        count += 1
    }

    /// Removes and returns all elements that wait.
    package mutating func removeAll() -> [Element] {
        let elements = Array(due) + reserved.values.joined() + arrived.map(\.element)
        arrived.removeAll()
        due.removeAll()
        reserved.removeAll()
        count = 0
        return elements
    }
}
