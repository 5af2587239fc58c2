import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct JSONSchemaReferenceTests {
    static let references = [
        SchemaCase(
            ##"""
            {"$ref": "#/$defs/a~1b%25", "$defs": {"a/b%": {"type": "integer"}}}
            """##, valid: ["1"], invalid: ["\"1\""]),
        SchemaCase(
            ##"{"$ref": "#here", "$defs": {"x": {"$anchor": "here", "type": "integer"}}}"##, valid: ["1"],
            invalid: ["\"1\""]),
        SchemaCase(
            ##"{"properties": {"next": {"$ref": "#"}, "value": {"type": "integer"}}}"##,
            valid: [#"{"next": {"next": {"value": 1}}}"#], invalid: [#"{"next": {"next": {"value": "1"}}}"#]),
        SchemaCase(
            ##"""
            {"$id": "https://example.com/a/root", "$ref": "../b/item",
            "$defs": {"i": {"$id": "/b/item", "$ref": "#/$defs/n", "$defs": {"n": {"minimum": 3}}}}}
            """##,
            valid: ["3"], invalid: ["2"]),
        SchemaCase(
            ##"{"$ref": "#/$defs/n", "maximum": 5, "$defs": {"n": {"minimum": 3}}}"##, valid: ["4"],
            invalid: ["2", "6"]),
        SchemaCase(
            ##"{"enum": [{"$id": "x"}], "$ref": "#/examples/0", "examples": [{"const": {"$id": "x"}}]}"##,
            valid: [#"{"$id": "x"}"#], invalid: ["1"]),
    ]

    @Test(arguments: references) func followsReferences(_ example: SchemaCase) throws { try example.check() }

    static let dialects = [
        SchemaCase(
            ##"""
            {"$schema": "http://json-schema.org/draft-07/schema#",
            "definitions": {"n": {"$id": "#n", "minimum": 3}}, "$ref": "#n", "maximum": 5}
            """##,
            valid: ["4", "6"], invalid: ["2"]),
        SchemaCase(
            #"""
            {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "integer"}],
            "additionalItems": false, "dependencies": {"a": ["b"], "c": {"required": ["d"]}}}
            """#,
            valid: ["[1]", "{}", #"{"a": 1, "b": 2}"#], invalid: ["[\"a\"]", "[1, 2]", #"{"a": 1}"#, #"{"c": 1}"#]),
        SchemaCase(
            #"""
            {"$schema": "https://json-schema.org/draft/2019-09/schema", "items": [true],
            "additionalItems": {"type": "integer"}, "unevaluatedItems": false}
            """#,
            valid: ["[\"a\", 1]"], invalid: ["[\"a\", \"b\"]"]),
        SchemaCase(
            ##"""
            {"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveAnchor": true,
            "properties": {"c": {"$recursiveRef": "#"}}, "additionalProperties": false}
            """##,
            valid: [#"{"c": {"c": {}}}"#], invalid: [#"{"c": {"d": 1}}"#]),
    ]

    @Test(arguments: dialects) func knowsEarlierDrafts(_ example: SchemaCase) throws { try example.check() }

    @Test func dynamicReferencesAreBoundByTheOutermostSchema() throws {
        let tree = JSONSchema.Document(
            try JSONValue(
                parsing: ##"""
                    {"$id": "https://example.com/tree", "$dynamicAnchor": "node", "type": "object",
                     "properties": {"data": true, "children": {"items": {"$dynamicRef": "#node"}}}}
                    """##), uris: [])
        let strict = try compile(
            ##"""
            {"$id": "https://example.com/strict", "$dynamicAnchor": "node", "$ref": "tree",
            "unevaluatedProperties": false}
            """##,
            companions: [tree])
        #expect(strict.isValid(["children": [["data": 1]]]))
        #expect(!strict.isValid(["children": [["daat": 1]]]))
        let loose = try compile(##"{"$ref": "https://example.com/tree"}"##, companions: [tree])
        #expect(loose.isValid(["children": [["daat": 1]]]))
    }

    @Test func companionsAreFoundByEachOfTheirNames() throws {
        let address = JSONSchema.Document(
            ["$id": "https://example.com/address", "required": ["city"]], uris: ["schemas/address.json", "address"])
        for name in ["address", "schemas/address.json", "https://example.com/address"] {
            let schema = try JSONSchema(["$ref": .string(name)], companions: [address])
            #expect(schema.isValid(["city": "Ulm"]), "\(name)")
            #expect(
                schema.violations(in: [:]).map(\.schemaLocation) == ["schemas/address.json#/required"], "\(name)")
        }
        let sibling = try JSONSchema(
            ["$ref": "address.json"], uri: "schemas/order.json", companions: [address])
        #expect(!sibling.isValid([:]))
    }
}
