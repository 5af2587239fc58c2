#if Redis
/// What a Redis server answers to a command.
package enum RedisValue: Sendable, Hashable {
    /// Nothing is there.
    case null
    /// A number.
    case integer(Int64)
    /// Bytes.
    case bytes([UInt8])
    /// A short word, such as `OK`.
    case status(String)
    /// Several values.
    case array([RedisValue])
    /// An error within an array; an error that is the whole answer is thrown.
    case error(String)

    /// The number; `nil` for anything else.
    package var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The bytes; `nil` for anything else.
    package var bytes: [UInt8]? {
        if case .bytes(let value) = self { value } else { nil }
    }

    /// The text of bytes or of a short word; `nil` for anything else.
    package var text: String? {
        switch self {
        case .bytes(let value): String(decoding: value, as: UTF8.self)
        case .status(let value): value
        default: nil
        }
    }

    /// The values of an array; `nil` for anything else.
    package var array: [RedisValue]? {
        if case .array(let values) = self { values } else { nil }
    }
}
#endif
