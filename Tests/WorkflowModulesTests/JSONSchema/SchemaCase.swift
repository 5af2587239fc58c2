import Testing
import WorkflowCore

@testable import WorkflowModules

/// A schema with values that satisfy it and values that do not, all as JSON.
struct SchemaCase: CustomTestStringConvertible, Sendable {
    let schema: String
    let valid: [String]
    let invalid: [String]

    init(_ schema: String, valid: [String], invalid: [String]) {
        self.schema = schema
        self.valid = valid
        self.invalid = invalid
    }

    var testDescription: String { schema }

    /// Checks all values both ways.
    func check(checksFormats: Bool = false) throws {
        let schema = try compile(self.schema, checksFormats: checksFormats)
        for text in valid {
            let value = try JSONValue(parsing: text)
            #expect(schema.isValid(value), "\(text) for \(self.schema)")
            #expect(schema.violations(in: value) == [], "\(text) for \(self.schema)")
        }
        for text in invalid {
            let value = try JSONValue(parsing: text)
            #expect(!schema.isValid(value), "\(text) for \(self.schema)")
            #expect(!schema.violations(in: value).isEmpty, "\(text) for \(self.schema)")
        }
    }
}

/// Compiles a schema that is written as JSON.
func compile(
    _ text: String, companions: [JSONSchema.Document] = [], checksFormats: Bool = false
) throws -> JSONSchema {
    var options = JSONSchemaOptions()
    options.checksFormats = checksFormats
    return try JSONSchema(JSONValue(parsing: text), companions: companions, options: options)
}

/// What is wrong with a schema that is written as JSON.
func schemaIssues(_ text: String, companions: [JSONSchema.Document] = []) throws -> [String] {
    do {
        _ = try compile(text, companions: companions)
        return []
    } catch let error as JSONSchemaError {
        return error.issues.map(\.description)
    }
}
