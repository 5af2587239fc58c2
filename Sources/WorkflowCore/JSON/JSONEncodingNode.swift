/// A value under construction, shared by the encoder and the containers that fill it.
final class JSONEncodingNode {
    private enum Content {
        case empty
        case value(JSONValue)
        case array([JSONEncodingNode])
        case object(keys: [String], children: [String: JSONEncodingNode])
    }

    private var content = Content.empty

    var elementCount: Int {
        guard case .array(let elements) = content else { return 0 }
        return elements.count
    }

    func set(_ value: JSONValue) { content = .value(value) }

    func becomeObject() {
        if case .object = content { return }
        content = .object(keys: [], children: [:])
    }

    func becomeArray() {
        if case .array = content { return }
        content = .array([])
    }

    /// The child under a key, made if the key is new.
    func child(_ key: String) -> JSONEncodingNode {
        guard case .object(var keys, var children) = content else { return JSONEncodingNode() }
        if let child = children[key] { return child }
        let child = JSONEncodingNode()
        content = .empty
        keys.append(key)
        children[key] = child
        content = .object(keys: keys, children: children)
        return child
    }

    /// A new child at the end of the array.
    func appendChild() -> JSONEncodingNode {
        let child = JSONEncodingNode()
        guard case .array(var elements) = content else { return child }
        content = .empty
        elements.append(child)
        content = .array(elements)
        return child
    }

    /// The finished value, or `nil` if nothing was encoded.
    func finished() -> JSONValue? {
        switch content {
        case .empty: return nil
        case .value(let value): return value
        case .array(let elements): return .array(elements.map { $0.finished() ?? .object([:]) })
        case .object(let keys, let children):
            var object = JSONObject()
            object.reserveCapacity(keys.count)
            for key in keys { object[key] = children[key]?.finished() ?? .object([:]) }
            return .object(object)
        }
    }
}
