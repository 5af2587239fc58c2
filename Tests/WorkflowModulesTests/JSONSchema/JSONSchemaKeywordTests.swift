import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct JSONSchemaKeywordTests {
    static let values = [
        SchemaCase("true", valid: ["1", "null"], invalid: []),
        SchemaCase("false", valid: [], invalid: ["1", "{}"]),
        SchemaCase(
            #"{"type": "integer"}"#, valid: ["1", "1.0", "1e300", "123456789012345678901234567890"],
            invalid: ["1.5", "\"1\""]),
        SchemaCase(#"{"type": ["string", "null"]}"#, valid: ["\"a\"", "null"], invalid: ["0", "false", "[]"]),
        SchemaCase(
            #"{"const": {"a": 1, "b": [2.0]}}"#, valid: [#"{"b": [2], "a": 1.0}"#],
            invalid: [#"{"a": 1}"#, #"{"a": true, "b": [2]}"#]),
        SchemaCase(#"{"const": false}"#, valid: ["false"], invalid: ["0", "null"]),
        SchemaCase(#"{"enum": [1, "a", null]}"#, valid: ["1.0", "\"a\"", "null"], invalid: ["2", "\"A\""]),
        SchemaCase(
            #"{"enum": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9.5, "x"]}"#, valid: ["8.0", "9.5", "\"x\""],
            invalid: ["9", "\"8\""]),
        SchemaCase(
            #"{"const": 18446744073709551616}"#, valid: ["18446744073709551616", "1.8446744073709551616e19"],
            invalid: ["18446744073709551617"]),
    ]

    @Test(arguments: values) func checksKinds(_ example: SchemaCase) throws { try example.check() }

    static let numbers = [
        SchemaCase(
            #"""
            {"minimum": 1.5, "exclusiveMaximum": 3}
            """#, valid: ["1.5", "2.999", "\"0\""], invalid: ["1.4", "3", "3.0"]),
        SchemaCase(#"{"maximum": 9007199254740993}"#, valid: ["9007199254740993"], invalid: ["9007199254740994"]),
        SchemaCase(
            #"{"maximum": 18446744073709551615}"#, valid: ["18446744073709551615", "1"],
            invalid: ["18446744073709551616", "1e400"]),
        SchemaCase(#"{"minimum": -1e400}"#, valid: ["-1e399", "0"], invalid: ["-1e401"]),
        SchemaCase(
            #"{"multipleOf": 0.01}"#, valid: ["19.99", "0.07", "4.35", "1e30", "0"], invalid: ["0.075", "19.999"]),
        SchemaCase(
            #"{"multipleOf": 3}"#, valid: ["9", "9.0", "-3", "300000000000000000000000000000"], invalid: ["10", "3.5"]),
        SchemaCase(#"{"multipleOf": 0.0001}"#, valid: ["0.0075"], invalid: ["0.00751"]),
        SchemaCase(#"{"multipleOf": 0.123456789}"#, valid: ["0.246913578"], invalid: ["1e308"]),
    ]

    @Test(arguments: numbers) func comparesNumbersExactly(_ example: SchemaCase) throws { try example.check() }

    static let texts = [
        SchemaCase(
            #"{"minLength": 2, "maxLength": 3}"#, valid: ["\"ab\"", "\"😀😀😀\"", "1"], invalid: ["\"😀\"", "\"abcd\""]),
        SchemaCase(#"{"pattern": "^a+$"}"#, valid: ["\"aa\"", "7"], invalid: ["\"ab\"", "\"aa\\n\""]),
    ]

    @Test(arguments: texts) func checksTexts(_ example: SchemaCase) throws { try example.check() }

    static let objects = [
        SchemaCase(
            #"{"required": ["a"], "maxProperties": 2, "minProperties": 1}"#, valid: [#"{"a": null}"#, "[]"],
            invalid: ["{}", #"{"b": 1}"#, #"{"a": 1, "b": 2, "c": 3}"#]),
        SchemaCase(
            #"""
            {"properties": {"a": {"type": "string"}},
            "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": false}
            """#,
            valid: [#"{"a": "b", "x-y": 1}"#], invalid: [#"{"a": 1}"#, #"{"x-y": "1"}"#, #"{"b": 1}"#]),
        SchemaCase(#"{"properties": {"\u00e9": false}}"#, valid: [#"{"e\u0301": 1}"#], invalid: [#"{"\u00e9": 1}"#]),
        SchemaCase(#"{"propertyNames": {"maxLength": 2}}"#, valid: [#"{"ab": 1}"#], invalid: [#"{"abc": 1}"#]),
        SchemaCase(
            #"{"dependentRequired": {"card": ["address"]}, "dependentSchemas": {"a": {"required": ["b"]}}}"#,
            valid: ["{}", #"{"card": 1, "address": 2}"#, #"{"a": 1, "b": 2}"#],
            invalid: [#"{"card": 1}"#, #"{"a": 1}"#]),
        SchemaCase(
            #"""
            {"allOf": [{"properties": {"a": true}}, {"if": {"required": ["b"]},
            "then": {"properties": {"b": true}}}], "unevaluatedProperties": false}
            """#,
            valid: [#"{"a": 1}"#, #"{"a": 1, "b": 2}"#], invalid: [#"{"c": 1}"#, #"{"a": 1, "c": 2}"#]),
        SchemaCase(
            #"""
            {"anyOf": [{"properties": {"a": {"const": 1}}, "required": ["a"]},
            {"properties": {"b": true}}], "unevaluatedProperties": {"type": "null"}}
            """#,
            valid: [#"{"a": 1, "b": 2}"#, #"{"b": 1, "z": null}"#, #"{"a": null}"#],
            invalid: [#"{"a": 2}"#, #"{"z": 1}"#]),
        SchemaCase(
            #"{"properties": {"a": true}, "allOf": [{"unevaluatedProperties": false}]}"#, valid: ["{}"],
            invalid: [#"{"a": 1}"#]),
    ]

    @Test(arguments: objects) func checksObjects(_ example: SchemaCase) throws { try example.check() }

    static let arrays = [
        SchemaCase(
            #"{"prefixItems": [{"type": "integer"}], "items": {"type": "string"}, "minItems": 1, "maxItems": 3}"#,
            valid: ["[1]", #"[1, "a"]"#, "{}"], invalid: ["[]", #"["a"]"#, "[1, 2]", #"[1, "a", "b", "c"]"#]),
        SchemaCase(
            #"{"contains": {"type": "integer"}, "minContains": 2, "maxContains": 3}"#, valid: [#"[1, "a", 2]"#],
            invalid: ["[1]", "[1, 2, 3, 4]"]),
        SchemaCase(#"{"contains": {"type": "integer"}, "minContains": 0}"#, valid: ["[]"], invalid: []),
        SchemaCase(
            #"{"uniqueItems": true}"#, valid: ["[1, true, \"1\", 1.5]", "[1, 2, 3, 4, 5, 6, 7, 8, 9, true, false, 0]"],
            invalid: ["[1, 1.0]", #"[{"a": 1, "b": 2}, {"b": 2, "a": 1.0}]"#, "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1.0]"]),
        SchemaCase(
            #"{"prefixItems": [true], "contains": {"type": "string"}, "unevaluatedItems": false}"#,
            valid: [#"[1, "a"]"#, #"["a"]"#], invalid: [#"[1, "a", 2]"#]),
    ]

    @Test(arguments: arrays) func checksArrays(_ example: SchemaCase) throws { try example.check() }

    static let logic = [
        SchemaCase(
            #"{"oneOf": [{"type": "integer"}, {"minimum": 2}]}"#, valid: ["1", "2.5", "\"a\""], invalid: ["3", "1.5"]),
        SchemaCase(#"{"anyOf": [{"type": "integer"}, {"minimum": 2}]}"#, valid: ["1", "2.5", "3"], invalid: ["1.5"]),
        SchemaCase(#"{"not": {"type": "integer"}}"#, valid: ["\"1\""], invalid: ["1"]),
        SchemaCase(
            #"{"if": {"exclusiveMaximum": 0}, "then": {"minimum": -10}, "else": {"multipleOf": 2}}"#,
            valid: ["-1", "4"], invalid: ["-100", "3"]),
        SchemaCase(#"{"then": false, "else": false}"#, valid: ["1"], invalid: []),
    ]

    @Test(arguments: logic) func checksLogic(_ example: SchemaCase) throws { try example.check() }

    @Test func memberCountsBeyondOneWordAreTracked() throws {
        let names = (0..<200).map { "\"p\($0)\"" }
        let known = names.map { "\($0): true" }.joined(separator: ", ")
        let members = names.map { "\($0): 1" }.joined(separator: ", ")
        try SchemaCase(
            "{\"allOf\": [{\"properties\": {\(known)}}], \"unevaluatedProperties\": false}",
            valid: ["{\(members)}"], invalid: ["{\(members), \"q\": 1}"]
        ).check()
    }
}
