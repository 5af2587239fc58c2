import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct JSONSchemaConfigurationTests {
    static let mistakes = [
        ("schemas: {}", ["app.yaml:5:16: error: modules[0].config.schemas: there is no schema"]),
        (
            "schemas:\n  order: {type: object}\nbody: ordre",
            [
                "app.yaml:7:13: error: modules[0].config.body: there is no schema called \"ordre\"\n"
                    + "    hint: did you mean \"order\"?"
            ]
        ),
        (
            "schemas:\n  order: {}\nroutes:\n  /orders: order",
            [
                "app.yaml:8:9: error: modules[0].config.routes./orders: a route is a method and the path of a route, "
                    + "such as \"POST /api/orders\""
            ]
        ),
        (
            "schemas:\n  order: 7",
            [
                "app.yaml:6:16: error: modules[0].config.schemas.order: expected a schema, or the path of a JSON file "
                    + "that holds one, found number"
            ]
        ),
        (
            "schemas:\n  order:\n    properties:\n      id: {type: text}",
            [
                "app.yaml:8:24: error: modules[0].config.schemas.order.properties.id.type: must name types: null, "
                    + "boolean, integer, number, string, array or object (at /properties/id/type of the schema)"
            ]
        ),
        (
            "schemas:\n  order: {$ref: 'https://example.com/a'}",
            [
                "app.yaml:6:23: error: modules[0].config.schemas.order.$ref: \"https://example.com/a\" leads to no "
                    + "schema; other documents are not fetched (at /$ref of the schema)"
            ]
        ),
    ]

    @Test(arguments: mistakes) func tellsThePlaceOfAMistake(config: String, issues: [String]) async throws {
        #expect(try await JSONSchemaApplication.issues(config) == issues)
    }

    @Test func tellsTheMistakesOfFiles() async throws {
        let missing = try await JSONSchemaApplication.issues("schemas:\n  order: order.json")
        #expect(
            missing == [
                "app.yaml:6:16: error: modules[0].config.schemas.order: the schema file cannot be read\n"
                    + "    hint: check that it exists: order.json"
            ])
        let broken = try await JSONSchemaApplication.issues(
            "schemas:\n  order: order.json", files: ["order.json": "{\n  \"type\": }"])
        #expect(broken.count == 1)
        #expect(broken.first?.hasPrefix("order.json:2:11: error: the schema is not JSON: ") == true)
        let wrong = try await JSONSchemaApplication.issues(
            "schemas:\n  order: order.json", files: ["order.json": #"{"minLength": "a"}"#])
        #expect(wrong == ["order.json: error: /minLength: must be a whole number from 0"])
        let yaml = try await JSONSchemaApplication.issues("schemas:\n  order: order.yaml")
        #expect(
            yaml == [
                "app.yaml:6:16: error: modules[0].config.schemas.order: a schema file is JSON\n"
                    + "    hint: convert the file, or write the schema out here"
            ])
    }

    @Test func aMistakeThatSeveralSchemasLeadToIsToldOnce() async throws {
        let config = "body: a\nschemas:\n  a: {$ref: c}\n  b: {$ref: c}\n  c: {minLength: x}"
        #expect(try await JSONSchemaApplication.issues(config).count == 1)
    }
}
