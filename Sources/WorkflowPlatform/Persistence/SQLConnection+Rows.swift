import WorkflowCore
import WorkflowStore

extension SQLConnection {
    /// All rows of a query.
    func all<Value>(
        _ statement: SQLStatement, _ arguments: [SQLValue], _ map: (RowReader) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try query(statement, arguments) { values.append(try map(RowReader($0))) }
        return values
    }

    /// The row of a query that has one at most.
    func first<Value>(
        _ statement: SQLStatement, _ arguments: [SQLValue], _ map: (RowReader) throws -> Value
    ) throws -> Value? {
        var value: Value?
        try query(statement, arguments) { value = try map(RowReader($0)) }
        return value
    }

    /// The number that a query returns.
    func count(_ statement: SQLStatement, _ arguments: [SQLValue]) throws -> Int {
        try first(statement, arguments) { Int($0.integer()) } ?? 0
    }
}

/// Reads the columns of a row one after another.
final class RowReader {
    private let row: any SQLRow
    private var column = -1

    init(_ row: any SQLRow) {
        self.row = row
    }

    private var next: Int {
        column += 1
        return column
    }

    func integer() -> Int64 { row.integer(next) }

    func optionalInteger() -> Int64? {
        let column = next
        return row.isNull(column) ? nil : row.integer(column)
    }

    func flag() -> Bool { row.integer(next) != 0 }

    func text() -> String { row.text(next) }

    func optionalText() -> String? {
        let column = next
        return row.isNull(column) ? nil : row.text(column)
    }

    func time() -> Timestamp { Timestamp(nanoseconds: row.integer(next)) }

    func optionalTime() -> Timestamp? {
        let column = next
        return row.isNull(column) ? nil : Timestamp(nanoseconds: row.integer(column))
    }

    func id<Entity>() -> ID<Entity> { ID(stored: text()) }

    func optionalID<Entity>() -> ID<Entity>? { optionalText().map { ID(stored: $0) } }

    func object() throws -> JSONObject {
        let text = text()
        guard let object = try JSONValue(parsing: text).objectValue else { throw damaged("an object", text) }
        return object
    }

    /// A value that stands in the table by its name.
    func named<Value: RawRepresentable>(_ type: Value.Type = Value.self) throws -> Value
    where Value.RawValue == String {
        let text = text()
        guard let value = Value(rawValue: text) else { throw damaged("\(type)", text) }
        return value
    }

    private func damaged(_ expected: String, _ text: String) -> SQLError {
        SQLError(.corrupted, "the database holds \"\(text.prefix(40))\" where \(expected) belongs")
    }
}

extension SQLValue {
    static func id<Entity>(_ id: ID<Entity>) -> SQLValue { .text(id.text) }

    static func optional<Entity>(_ id: ID<Entity>?) -> SQLValue { .optional(id?.text) }

    static func flag(_ flag: Bool) -> SQLValue { .integer(flag ? 1 : 0) }

    static func object(_ object: JSONObject) -> SQLValue { .json(.object(object)) }
}
