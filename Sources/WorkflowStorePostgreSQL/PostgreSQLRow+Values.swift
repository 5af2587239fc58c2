#if PostgreSQL
import CLibPQ
import WorkflowCore
import WorkflowStore

extension PostgreSQLRow {
    /// The numbers of the types in the catalogue of PostgreSQL whose values are no plain text; they never change.
    private enum TypeNumber {
        static let bool: Oid = 16
        static let int8: Oid = 20
        static let int2: Oid = 21
        static let int4: Oid = 23
        static let oid: Oid = 26
        static let json: Oid = 114
        static let float4: Oid = 700
        static let float8: Oid = 701
        static let numeric: Oid = 1700
        static let jsonb: Oid = 3802
    }

    /// The value of a column: numbers and booleans as such, JSON as what it says, all others as the text that
    /// PostgreSQL makes of them.
    func value(_ column: Int) -> JSONValue {
        guard !isNull(column) else { return .null }
        switch PQftype(result, Int32(column)) {
        case TypeNumber.bool:
            return .bool(withUTF8(column) { $0.first == UInt8(ascii: "t") })
        case TypeNumber.int2, TypeNumber.int4, TypeNumber.int8, TypeNumber.oid:
            return .integer(integer(column))
        case TypeNumber.float4, TypeNumber.float8:
            let text = text(column)
            // A number of JSON cannot say NaN and Infinity.
            guard let number = Double(text), number.isFinite else { return .string(text) }
            return .double(number)
        case TypeNumber.numeric, TypeNumber.json, TypeNumber.jsonb:
            // What is no JSON here is too deep, or a numeric NaN: it stays a text.
            do { return try withUTF8(column) { try JSONValue(parsing: $0) } } catch { return .string(text(column)) }
        default:
            return .string(text(column))
        }
    }
}

extension SQLValue {
    /// The text that PostgreSQL reads as a value.
    init(text value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .text(flag ? "true" : "false")
        case .integer(let number): self = .integer(number)
        case .double(let number): self = .text("\(number)")
        case .decimal(let text), .string(let text): self = .text(text)
        case .array, .object: self = .utf8(value.jsonBytes())
        }
    }
}
#endif
