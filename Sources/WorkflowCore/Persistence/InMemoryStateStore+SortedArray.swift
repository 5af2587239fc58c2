/// Distinct elements in ascending order. Cheap when most changes happen near one of the ends.
struct SortedArray<Element: Comparable & Sendable>: Sendable {
    private(set) var elements: ArraySlice<Element> = []

    var count: Int { elements.count }

    var first: Element? { elements.first }

    /// Adds an element unless it is there.
    mutating func insert(_ element: Element) {
        guard let last = elements.last, element <= last else {
            elements.append(element)
            return
        }
        let position = firstPosition { $0 >= element }
        if elements[position] != element { elements.insert(element, at: position) }
    }

    /// Removes an element if it is there.
    mutating func remove(_ element: Element) {
        let position = firstPosition { $0 >= element }
        guard position < elements.endIndex, elements[position] == element else { return }
        if position == elements.startIndex {
            elements.removeFirst()
        } else {
            elements.remove(at: position)
        }
    }

    /// The elements greater than a bound, in order.
    func elements(after bound: Element, limit: Int) -> ArraySlice<Element> {
        elements[firstPosition { $0 > bound }...].prefix(max(0, limit))
    }

    /// The elements from a bound on, in order.
    func elements(from bound: Element) -> ArraySlice<Element> {
        elements[firstPosition { $0 >= bound }...]
    }

    /// The first position whose element satisfies a condition that, once true, stays true.
    private func firstPosition(where condition: (Element) -> Bool) -> Int {
        var low = elements.startIndex
        var high = elements.endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if condition(elements[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
