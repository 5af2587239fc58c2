import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct TransformOperationTests {
    /// Changes a value with a transformer that has some operations.
    private func transform(_ operations: String, _ input: JSONValue) async throws -> JSONValue {
        let yaml = "modules: [{name: t, type: data.transformer, config: {operations: [\(operations)]}}]"
        return try await TestApplication.run(yaml) { app in
            try await app.engine.service(DataTransformerModule.self, named: "t").execute(input)
        }
    }

    @Test(
        arguments: [
            ("", ["a": 1], ["a": 1]),
            ("{extract: {path: order.items.1.sku}}", ["order": ["items": [[:], ["sku": "b"]]]], "b"),
            ("{extract: {path: 'order.items[0]'}}", ["order": ["items": [nil]]], nil),
            ("{map: {mappings: {a: b, b: a, x: y}}}", ["a": 1, "b": 2, "c": 3], ["b": 1, "a": 2, "c": 3]),
            ("{map: {mappings: {a: c}}}", ["c": 1, "a": 2], ["c": 2]),
            ("{filter: {fields: [a, x]}}", ["b": 1, "a": ["b": 2]], ["a": ["b": 2]]),
            ("{convert: {from: json, to: string}}", ["a": [1, nil]], #"{"a":[1,null]}"#),
            ("{convert: {from: string, to: json}}", #"{"a": 1.50}"#, ["a": 1.5]),
            ("{convert: {from: json, to: json}}", ["a": 1], ["a": 1]),
            ("{set: {b: '${data.a}', c: {d: 'n-${data.a}'}}}", ["a": 1], ["a": 1, "b": 1, "c": ["d": "n-1"]]),
            ("{set: {a: '${data.b}', b: '${data.a}'}}", ["a": 1, "b": 2], ["a": 2, "b": 1]),
            ("{set: {a: 1}}", nil, ["a": 1]),
            ("{transform: {id: '${a}', n: [1, '${a + 1}']}}", ["a": 1], ["id": 1, "n": [1, 2]]),
            ("{transform: '${a}'}", ["a": [1]], [1]),
            ("{expression: a * 2}", ["a": 4], 8),
            ("{expression: 'merge(data, {b: 1})'}", ["a": 4], ["a": 4, "b": 1]),
            (
                "{extract: {path: a}}, {map: {mappings: {b: c}}}, {set: {d: '${data.c}', e: '${input.z}'}}",
                ["a": ["b": 1], "z": 9], ["c": 1, "d": 1, "e": 9]
            ),
        ] as [(String, JSONValue, JSONValue)])
    func operationsChangeTheData(operations: String, input: JSONValue, result: JSONValue) async throws {
        #expect(try await transform(operations, input) == result)
    }

    @Test func keysKeepTheirPlaces() async throws {
        let operations = "{map: {mappings: {b: x}}}, {filter: {fields: [c, x]}}"
        let result = try await transform(operations, ["a": 1, "b": 2, "c": 3])
        #expect(result.objectValue?.keys == ["x", "c"])
    }

    @Test(arguments: [
        ("{extract: {path: b.c}}", "Operation 1 (extract) failed: the data has nothing at \"b.c\""),
        ("{expression: data}, {extract: {path: a}}, {filter: {fields: [x]}}", "Operation 3 (filter) failed: the data"),
        ("{extract: {path: a}}, {map: {mappings: {x: y}}}", "must be an object, is string"),
        ("{extract: {path: a}}, {set: {x: y}}", "must be an object, is string"),
        ("{convert: {from: string, to: json}}", "must be a string, is object"),
        ("{extract: {path: a}}, {convert: {from: string, to: json}}", "the text is not valid JSON"),
        ("{expression: a + missing}", "Operation 1 (expression) failed"),
    ])
    func aFailureTellsWhichOperationItWasButNotTheData(operations: String, message: String) async throws {
        let error = await #expect(throws: WorkflowError.self) {
            try await transform(operations, ["a": "classified"])
        }
        let text = try #require(error).description
        #expect(text.contains(message), "\(text)")
        #expect(!text.contains("classified"))
    }

    @Test(arguments: [
        ("operations: [{}]", "an operation needs one of the keys extract, map,", ""),
        ("operations: [{extract: {path: a}, filter: {fields: [a]}}]", "here are extract and filter", "\"-\""),
        ("operations: [{extrct: {path: a}}]", "unknown key \"extrct\"", "did you mean \"extract\"?"),
        ("operations: [{extract: {}}]", "missing key \"path\"", ""),
        ("operations: [{extract: {path: ''}}]", "must not be empty", ""),
        ("operations: [{map: {mappings: {}}}]", "needs at least one key", ""),
        ("operations: [{map: {mappings: {a: c, b: c}}}]", "two keys become \"c\"", ""),
        ("operations: [{filter: {fields: []}}]", "needs at least one key", ""),
        ("operations: [{convert: {from: xml, to: json}}]", "must be one of json, string, is \"xml\"", ""),
        ("operations: [{convert: {from: string, to: string}}]", "text is not converted to text", ""),
        ("operations: [{set: [a]}]", "expected a mapping, found list", ""),
        ("operations: [{set: {a: '${data.}'}}]", "modules[0].config.operations[0].set: a: ", ""),
        ("operations: [{expression: 'a +'}]", "modules[0].config.operations[0].expression: ", ""),
        ("pipeline: strict", "there is no pipeline \"strict\"", "define it under the key pipelines"),
        ("pipeline: strcit, pipelines: {strict: []}", "there is no pipeline \"strcit\"", "did you mean \"strict\"?"),
        ("pipelines: {strict: []}", "none of the pipelines is used", "name one with the key pipeline: strict"),
        (
            "pipeline: strict, pipelines: {strict: []}, operations: [{expression: a}]",
            "there are both operations and a pipeline", "keep one of them"
        ),
    ])
    func whatCannotWorkIsRefused(configuration: String, message: String, hint: String) async throws {
        let yaml = "modules: [{name: t, type: data.transformer, config: {\(configuration)}}]"
        let issues = try await TestApplication.issues(yaml)
        #expect(issues.count == 1, "\(issues)")
        #expect(issues.first?.contains(message) == true, "\(issues)")
        #expect(issues.first?.contains(hint) == true || hint.isEmpty, "\(issues)")
    }
}
