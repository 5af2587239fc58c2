extension JSONValue {
    /// The value at a dotted path, such as `items[0].name` or `items.0.name`.
    ///
    /// A step names a key of an object or, if it is a number, an element of an array. The empty path is
    /// the value itself. Keys that contain `.`, `[` or `]` cannot be reached this way.
    ///
    /// - Parameter path: The path.
    /// - Returns: The value, or `nil` if a step finds nothing or the path is malformed.
    public func value(at path: String) -> JSONValue? {
        var rest = Substring(path)
        var current = self
        var isFirst = true
        while !rest.isEmpty {
            let step: Substring
            if rest.first == "[" {
                guard let end = rest.firstIndex(of: "]") else { return nil }
                step = rest[rest.index(after: rest.startIndex)..<end]
                rest = rest[rest.index(after: end)...]
                guard let next = current.element(at: step) else { return nil }
                current = next
            } else {
                if !isFirst {
                    guard rest.first == "." else { return nil }
                    rest.removeFirst()
                }
                step = rest.prefix { $0 != "." && $0 != "[" }
                rest = rest[step.endIndex...]
                guard !step.isEmpty, let next = current[String(step)] ?? current.element(at: step) else { return nil }
                current = next
            }
            isFirst = false
        }
        return current
    }

    private func element(at step: Substring) -> JSONValue? {
        guard step.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(step).flatMap { self[$0] }
    }
}
