import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct JSONSchemaViolationTests {
    private func violations(_ schema: String, _ value: String) throws -> [JSONSchemaViolation] {
        try compile(schema, checksFormats: true).violations(in: JSONValue(parsing: value))
    }

    @Test func tellsEveryPlaceAndKeyword() throws {
        let schema = """
            {"type": "object", "required": ["id", "email"], "additionalProperties": false,
             "properties": {
               "id": {"type": "integer"}, "a/b": {"minLength": 3}, "email": {"format": "email"},
               "items": {"minItems": 1, "items": {"$ref": "#/$defs/item"}}},
             "$defs": {"item": {"properties": {"sku": {"pattern": "^[a-z]+$"}, "count": {"maximum": 5}}}}}
            """
        let value = """
            {"id": "7", "a/b": "x", "extra": 1, "items": [{"sku": "a", "count": 9}, {"sku": "A"}]}
            """
        let found = try violations(schema, value).map { "\($0.path) \($0.message) @ \($0.schemaLocation)" }
        #expect(
            found == [
                " the member \"email\" is missing @ #/required",
                "/id must be a whole number, is a string @ #/properties/id/type",
                "/a~1b must have at least 3 characters @ #/properties/a~1b/minLength",
                " the member \"extra\" is not known @ #/additionalProperties",
                "/items/0/count must be at most 5 @ #/$defs/item/properties/count/maximum",
                "/items/1/sku must match the pattern ^[a-z]+$ @ #/$defs/item/properties/sku/pattern",
            ])
    }

    static let messages = [
        ("{\"const\": \"a\"}", "1", "must be \"a\""),
        ("{\"enum\": [1, \"a\"]}", "2", "must be one of 1, \"a\""),
        ("{\"type\": [\"string\", \"null\"]}", "2", "must be a string or null, is a number"),
        ("{\"multipleOf\": 0.01}", "0.001", "must be a multiple of 0.01"),
        ("{\"exclusiveMinimum\": 0}", "0", "must be greater than 0"),
        ("{\"minItems\": 1}", "[]", "must have at least 1 element"),
        ("{\"uniqueItems\": true}", "[1, 2, 1]", "the elements must be different, but element 2 is a repetition"),
        ("{\"contains\": {\"type\": \"null\"}}", "[1]", "must have at least 1 element of a certain kind"),
        ("{\"propertyNames\": {\"maxLength\": 1}}", "{\"ab\": 1}", "the name \"ab\" is not allowed"),
        ("{\"dependentRequired\": {\"a\": [\"b\"]}}", "{\"a\": 1}", "with \"a\" the member \"b\" is required"),
        ("{\"anyOf\": [{\"type\": \"null\"}, {\"minimum\": 3}]}", "1", "is of none of the 2 kinds that are allowed"),
        ("{\"oneOf\": [true, true]}", "1", "is of several kinds, of which only one is allowed at a time"),
        ("{\"not\": {}}", "1", "is of a kind that is not allowed"),
        ("{\"format\": \"date-time\"}", "\"today\"", "must be a date and time such as 2026-11-23T09:00:00Z"),
        ("false", "1", "nothing is allowed here"),
    ]

    @Test(arguments: messages) func saysPlainlyWhatIsWrong(schema: String, value: String, message: String) throws {
        #expect(try violations(schema, value).map(\.message) == [message])
    }

    @Test func aValueIsNeverRepeated() throws {
        let schema = #"{"properties": {"secret": {"type": "integer", "const": 1}, "pin": {"pattern": "^[0-9]$"}}}"#
        let text = try violations(schema, #"{"secret": "hunter2", "pin": "hunter2"}"#).map(\.description).joined()
        #expect(!text.contains("hunter2"))
    }

    @Test func theListIsBounded() throws {
        let many = "[" + Array(repeating: "\"a\"", count: 1000).joined(separator: ",") + "]"
        #expect(try violations(#"{"items": {"type": "integer"}}"#, many).count == 20)
    }

    @Test func endlessReferencesEnd() throws {
        for schema in [##"{"$ref": "#"}"##, ##"{"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}"##] {
            #expect(
                try violations(schema, "1").map(\.message) == [
                    "is nested too deep, or the schema refers to itself without end"
                ])
        }
    }

    @Test func deepValuesEnd() throws {
        var value: JSONValue = 1
        for _ in 0..<400 { value = [value] }
        let schema = try compile(##"{"items": {"$ref": "#"}}"##)
        #expect(!schema.isValid(value))
        #expect(
            schema.violations(in: value).map(\.message) == [
                "is nested too deep, or the schema refers to itself without end"
            ])
    }

    @Test func wideReferencesEnd() throws {
        let levels = (0..<60).map { level in
            ##""l\##(level)": {"allOf": [{"$ref": "#/$defs/l\##(level + 1)"}, {"$ref": "#/$defs/l\##(level + 1)"}]}"##
        }
        let schema = ##"{"$ref": "#/$defs/l0", "$defs": {\##(levels.joined(separator: ",")), "l60": true}}"##
        var options = JSONSchemaOptions()
        options.maximumSteps = 10_000
        let found = try JSONSchema(JSONValue(parsing: schema), options: options).violations(in: 1)
        #expect(found.map(\.message) == ["takes too long to check"])
    }
}
