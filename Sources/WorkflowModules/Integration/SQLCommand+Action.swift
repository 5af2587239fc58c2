import WorkflowCore

extension SQLCommand {
    /// The statement of a database step. What does not depend on data has been checked with the configuration.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput`.
    init(_ action: DatabaseAction, input: JSONValue) throws {
        switch action {
        case .query, .execute:
            self.init(input["sql"]?.stringValue ?? "", try Self.arguments(input))
        case .insert:
            let data = try Self.columns(input, "data")
            let places = (1...data.count).map { "$\($0)" }.joined(separator: ", ")
            let names = data.map(\.name).joined(separator: ", ")
            self.init("INSERT INTO \(try Self.table(input)) (\(names)) VALUES (\(places))", data.map(\.value))
        case .update:
            let data = try Self.columns(input, "data")
            let condition = try Self.condition(input)
            let first = condition.arguments.count + 1
            let settings = data.enumerated().map { "\($1.name) = $\(first + $0)" }.joined(separator: ", ")
            self.init(
                "UPDATE \(try Self.table(input)) SET \(settings) WHERE \(condition.sql)",
                condition.arguments + data.map(\.value))
        case .delete:
            let condition = try Self.condition(input)
            self.init("DELETE FROM \(try Self.table(input)) WHERE \(condition.sql)", condition.arguments)
        }
        let text: SQLText
        do {
            text = try SQLText(sql)
        } catch {
            throw WorkflowError(.invalidInput, "The statement cannot be run: \(error.message).")
        }
        guard text.placeholders == arguments.count else {
            throw WorkflowError(
                .invalidInput,
                "The statement has \(text.placeholders) placeholders, but there are \(arguments.count) args.")
        }
        sql = text.sql
    }

    /// The condition, in parentheses: a text with placeholders, or columns and what they must equal.
    private static func condition(_ input: JSONValue) throws -> SQLCommand {
        if let text = input["where"]?.stringValue { return SQLCommand("(\(text)\n)", try arguments(input)) }
        var terms: [String] = []
        var values: [JSONValue] = []
        for (name, value) in try columns(input, "where") {
            if value.isNull {
                terms.append("\(name) IS NULL")
            } else {
                values.append(value)
                terms.append("\(name) = $\(values.count)")
            }
        }
        return SQLCommand("(\(terms.joined(separator: " AND ")))", values)
    }

    private static func columns(_ input: JSONValue, _ key: String) throws -> [(name: String, value: JSONValue)] {
        guard let object = input[key]?.objectValue, !object.isEmpty else {
            throw WorkflowError(.invalidInput, "\"\(key)\" must be an object with the values of columns.")
        }
        return try object.map { name, value in
            guard let quoted = SQLIdentifier.quoted(name) else {
                throw WorkflowError(.invalidInput, "A key of \"\(key)\" is no plain name of a column.")
            }
            return (quoted, value)
        }
    }

    private static func table(_ input: JSONValue) throws -> String {
        guard let name = input["table"]?.stringValue.flatMap({ SQLIdentifier.quoted($0) }) else {
            throw WorkflowError(.invalidInput, "\"table\" is no plain name of a table.")
        }
        return name
    }

    private static func arguments(_ input: JSONValue) throws -> [JSONValue] {
        switch input["args"] ?? .null {
        case .null: return []
        case .array(let values): return values
        case let value: throw WorkflowError(.invalidInput, "\"args\" must be a list, not \(value.typeName).")
        }
    }
}
