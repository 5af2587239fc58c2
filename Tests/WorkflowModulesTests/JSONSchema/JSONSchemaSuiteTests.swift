import Foundation
import Testing
import WorkflowCore

@testable import WorkflowModules

/// The official JSON-Schema-Test-Suite, which `Scripts/json-schema-suite` fetches.
///
/// `JSON_SCHEMA_SUITE` names the folder of the suite, `JSON_SCHEMA_METASCHEMAS` one with the metaschemas.
@Suite(.enabled(if: JSONSchemaSuite.current != nil)) struct JSONSchemaSuiteTests {
    @Test(arguments: JSONSchemaSuite.current?.files ?? [])
    func passes(file: JSONSchemaSuite.File) throws {
        let suite = try #require(JSONSchemaSuite.current)
        let companions = try suite.companions(for: file)
        var options = JSONSchemaOptions()
        options.checksFormats = file.name.contains("optional/format/")
        for group in try JSONSchemaSuite.read(suite.path(of: file)).arrayValue ?? [] {
            let schema = JSONSchemaSuite.with(file.draft, try #require(group["schema"]))
            let name = group["description"]?.stringValue ?? ""
            let compiled = try JSONSchema(schema, companions: companions, options: options)
            for example in group["tests"]?.arrayValue ?? [] {
                let data = try #require(example["data"])
                let comment = "\(name): \(example["description"]?.stringValue ?? "")"
                #expect(compiled.isValid(data) == example["valid"]?.boolValue, "\(comment)")
                #expect(compiled.violations(in: data).isEmpty == example["valid"]?.boolValue, "\(comment)")
            }
        }
    }
}

/// A copy of the suite.
struct JSONSchemaSuite: Sendable {
    /// One file of examples.
    struct File: Sendable, CustomTestStringConvertible {
        let draft: String
        let name: String

        var testDescription: String { "\(draft)/\(name)" }
    }

    /// What is not supported: own vocabularies, contents, and formats that need tables of Unicode or other grammars.
    private static let unsupported: Set<String> = [
        "vocabulary.json", "optional/content.json", "optional/dependencies-compatibility.json",
        "optional/format-assertion.json", "optional/format/idn-email.json", "optional/format/idn-hostname.json",
        "optional/format/iri.json", "optional/format/iri-reference.json", "optional/format/uri-template.json",
    ]
    private static let dialects = [
        "draft7": "http://json-schema.org/draft-07/schema#",
        "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
        "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
    ]

    /// The copy that the environment names.
    static let current: JSONSchemaSuite? = {
        let environment = ProcessInfo.processInfo.environment
        guard let folder = environment["JSON_SCHEMA_SUITE"], let schemas = environment["JSON_SCHEMA_METASCHEMAS"]
        else { return nil }
        return JSONSchemaSuite(folder: folder, metaschemas: schemas)
    }()

    private let folder: String
    private let metaschemas: String

    /// The files of the drafts that are supported.
    var files: [File] {
        Self.dialects.keys.sorted().flatMap { draft in
            Self.names(in: "\(folder)/tests/\(draft)").filter {
                $0.hasSuffix(".json") && !Self.unsupported.contains($0)
            }
            .map { File(draft: draft, name: $0) }
        }
    }

    func path(of file: File) -> String { "\(folder)/tests/\(file.draft)/\(file.name)" }

    /// The documents that the examples refer to.
    func companions(for file: File) throws -> [JSONSchema.Document] {
        var companions: [JSONSchema.Document] = []
        for name in Self.names(in: "\(folder)/remotes") where name.hasSuffix(".json") {
            // What says nothing is of the draft of its folder, or else of that of the examples.
            let own = name.split(separator: "/").first.map { String($0) } ?? ""
            guard !own.hasPrefix("draft") || Self.dialects[own] != nil else { continue }
            let draft = Self.dialects[own] == nil ? file.draft : own
            let value = Self.with(draft, try Self.read("\(folder)/remotes/\(name)"))
            companions.append(JSONSchema.Document(value, uris: ["http://localhost:1234/\(name)"]))
        }
        for draft in ["draft7", "draft201909", "draft202012"] {
            for name in Self.names(in: "\(metaschemas)/\(draft)") {
                let value = try Self.read("\(metaschemas)/\(draft)/\(name)")
                guard let id = value["$id"]?.stringValue else { continue }
                companions.append(JSONSchema.Document(value, uris: [id]))
            }
        }
        return companions
    }

    static func read(_ path: String) throws -> JSONValue {
        try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
    }

    /// The schema with its draft, when it does not say which one it is of.
    static func with(_ draft: String, _ schema: JSONValue) -> JSONValue {
        guard schema.objectValue != nil, schema["$schema"] == nil else { return schema }
        var schema = schema
        schema["$schema"] = dialects[draft].map { .string($0) }
        return schema
    }

    /// The files below a folder.
    private static func names(in folder: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        var isFolder: ObjCBool = false
        return found.sorted().filter {
            FileManager.default.fileExists(atPath: "\(folder)/\($0)", isDirectory: &isFolder) && !isFolder.boolValue
        }
    }
}
