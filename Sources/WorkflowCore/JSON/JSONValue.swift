/// A JSON value: what every trigger, step and expression of the engine receives and returns.
///
/// A value keeps what the text said: object keys keep their order, integers are exact, and a number
/// that neither `Int64` nor `Double` can hold stays as its text.
///
/// ```swift
/// let order = try JSONValue(parsing: #"{"id": 7, "items": [{"sku": "a-1"}]}"#)
/// order["id"]?.intValue                // 7
/// order.value(at: "items[0].sku")      // "a-1"
/// var reply: JSONValue = ["accepted": true]
/// reply["order"] = order
/// reply.jsonString()
/// ```
///
/// Numbers compare by value across ``integer(_:)`` and ``double(_:)``; decimals compare by their text.
/// Strings and keys compare by their UTF-8 bytes, without normalisation.
public enum JSONValue: Sendable {
    /// The literal `null`.
    case null
    /// The literals `true` and `false`.
    case bool(Bool)
    /// A number written without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// A number that survives the way through a `Double`. Writers render a value that is not finite as `null`.
    case double(Double)
    /// The text of a number that neither `Int64` nor `Double` holds exactly, written back unchanged.
    ///
    /// The text must be a valid JSON number; writers do not check it again.
    case decimal(String)
    /// A string.
    case string(String)
    /// A list of values.
    case array([JSONValue])
    /// Keys and values in the order they were written.
    case object(JSONObject)
}

extension JSONValue: CustomStringConvertible {
    /// The value as compact JSON.
    public var description: String { jsonString() }
}
