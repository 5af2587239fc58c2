import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct JSONSchemaErrorTests {
    static let errors = [
        ("1", ["#: a schema is an object, true or false, this is number"]),
        (#"{"type": "text"}"#, ["#/type: must name types: null, boolean, integer, number, string, array or object"]),
        (#"{"minLength": -1}"#, ["#/minLength: must be a whole number from 0"]),
        (#"{"minimum": "1"}"#, ["#/minimum: must be a number, is a string"]),
        (#"{"multipleOf": 0}"#, ["#/multipleOf: must be a number above zero with at most 18 significant digits"]),
        (#"{"required": "id"}"#, ["#/required: must be an array of names"]),
        (#"{"properties": {"a": 1}}"#, ["#/properties/a: a schema is an object, true or false, this is number"]),
        (#"{"properties": {"a": []}}"#, ["#/properties/a: must be a schema, is an array"]),
        (#"{"anyOf": []}"#, ["#/anyOf: must be an array of at least one schema"]),
        (#"{"enum": "a"}"#, ["#/enum: must be an array, is a string"]),
        (
            #"{"properties": {"a": {"pattern": "a(b"}}}"#,
            [
                "#/properties/a/pattern: \"a(b\" is not a usable pattern: the group is not closed "
                    + "(column 2 of the pattern)"
            ]
        ),
        (
            #"{"$ref": "https://example.com/other"}"#,
            ["#/$ref: \"https://example.com/other\" leads to no schema; other documents are not fetched"]
        ),
        (
            ##"{"items": {"$ref": "#/$defs/a"}}"##,
            ["#/items/$ref: \"#/$defs/a\" leads to no schema; other documents are not fetched"]
        ),
        (
            #"{"$schema": "http://json-schema.org/draft-04/schema#"}"#,
            ["#/$schema: this version of JSON Schema is not supported; use 2020-12, 2019-09 or draft 7"]
        ),
        (
            #"{"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}}"#,
            ["#/$defs/b/$anchor: there is another schema with the anchor \"x\""]
        ),
        (
            #"{"$defs": {"a": {"$id": "x"}, "b": {"$id": "x"}}}"#,
            ["#/$defs/b: there is another schema with the URI \"x\""]
        ),
        (#"{"$id": "x#y"}"#, ["#/$id: must not have a fragment; use $anchor"]),
    ]

    @Test(arguments: errors) func refusesWhatCannotWork(schema: String, issues: [String]) throws {
        #expect(try schemaIssues(schema) == issues)
    }

    @Test func tellsEverythingAtOnce() throws {
        #expect(try schemaIssues(#"{"minLength": "a", "properties": {"b": {"type": 1, "maximum": []}}}"#).count == 3)
    }

    @Test func schemasThatAreTooDeepAreRefused() throws {
        var schema: JSONValue = true
        for _ in 0..<300 { schema = ["not": schema] }
        #expect(throws: JSONSchemaError.self) { try JSONSchema(schema) }
    }

    @Test func whatIsWrongWithCompanionsThatAreNotUsedDoesNotMatter() throws {
        let broken = JSONSchema.Document(["type": 1], uris: ["broken"])
        #expect(try schemaIssues("{}", companions: [broken]) == [])
        #expect(
            try schemaIssues(#"{"$ref": "broken"}"#, companions: [broken]) == [
                "broken#/type: must name types: null, boolean, integer, number, string, array or object"
            ])
    }
}
