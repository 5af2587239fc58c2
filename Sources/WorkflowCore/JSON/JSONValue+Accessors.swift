extension JSONValue {
    /// The value under a key of an object.
    ///
    /// Setting works on an object and on `null`, which becomes an object; `nil` removes the key. On any
    /// other value setting does nothing.
    ///
    /// - Parameter key: The key.
    /// - Returns: The value, or `nil` if this is not an object or lacks the key.
    public subscript(key: String) -> JSONValue? {
        get {
            guard case .object(let object) = self else { return nil }
            return object[key]
        }
        set {
            switch self {
            case .object(var object):
                self = .null
                object[key] = newValue
                self = .object(object)
            case .null:
                guard let newValue else { return }
                self = .object([key: newValue])
            default:
                return
            }
        }
    }

    /// The element of an array at an index.
    ///
    /// - Parameter index: The index, from 0.
    /// - Returns: The element, or `nil` if this is not an array or the index is outside it.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The string, or `nil` for any other value.
    public var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The integer, also from a double without fraction, or `nil` for any other value.
    public var intValue: Int? {
        switch self {
        case .integer(let number): Int(exactly: number)
        case .double(let number): Int(exactly: number)
        default: nil
        }
    }

    /// The number as the nearest double, or `nil` if this is not a number or out of a double's range.
    public var doubleValue: Double? {
        switch self {
        case .integer(let number):
            return Double(number)
        case .double(let number):
            return number
        case .decimal(let text):
            guard let number = Double(text), number.isFinite else { return nil }
            return number
        default:
            return nil
        }
    }

    /// The boolean, or `nil` for any other value.
    public var boolValue: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    /// The elements, or `nil` for any other value than an array.
    public var arrayValue: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The object, or `nil` for any other value.
    public var objectValue: JSONObject? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    /// Whether this is `null`.
    public var isNull: Bool {
        guard case .null = self else { return false }
        return true
    }

    /// The JSON name of this value's type: `null`, `boolean`, `number`, `string`, `array` or `object`.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer, .double, .decimal: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
