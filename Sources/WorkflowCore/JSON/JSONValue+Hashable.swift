extension JSONValue: Hashable {
    /// Whether both values are the same JSON: numbers by value, decimals by text, objects in any key order.
    public static func == (lhs: JSONValue, rhs: JSONValue) -> Bool {
        switch (lhs, rhs) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.integer(let left), .double(let right)): Int64(exactly: right) == left
        case (.double(let left), .integer(let right)): Int64(exactly: left) == right
        case (.decimal(let left), .decimal(let right)): left == right
        case (.string(let left), .string(let right)): JSONKeyIndex.matches(left, right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    /// Feeds the value to a hasher; equal numbers feed the same whichever case holds them.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null:
            hasher.combine(0)
        case .bool(let flag):
            hasher.combine(flag)
        case .integer(let number):
            hasher.combine(number)
        case .double(let number):
            if let integer = Int64(exactly: number) { hasher.combine(integer) } else { hasher.combine(number) }
        case .decimal(let text):
            hasher.combine(text)
        case .string(let text):
            hasher.combine(text)
        case .array(let elements):
            hasher.combine(elements)
        case .object(let object):
            hasher.combine(object)
        }
    }
}
