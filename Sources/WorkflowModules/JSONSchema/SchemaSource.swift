public import WorkflowCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A schema as a configuration gives it: written out, or as the path of a JSON file.
public struct SchemaSource: ConfigurationValue {
    private static let sizeLimit = 4 << 20

    private let node: ConfigurationNode
    private let file: ConfigurationFilePath?

    public static var schema: ConfigurationSchema { .any }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        self.node = node
        switch node.content {
        case .mapping, .scalar(.bool): file = nil
        case .scalar(.string(let text)) where !text.isEmpty && !text.contains("\0"):
            guard !text.hasSuffix(".yaml"), !text.hasSuffix(".yml") else {
                decoder.fail(
                    node, "a schema file is JSON", suggestion: "convert the file, or write the schema out here")
                return nil
            }
            file = ConfigurationFilePath(decoding: node, using: &decoder)
        default:
            decoder.failType(node, expected: "a schema, or the path of a JSON file that holds one")
            return nil
        }
    }

    public var configurationValue: JSONValue? { node.json }

    /// The schema as a document that others may refer to, by its name or by its path.
    ///
    /// - Throws: ``ConfigurationError`` when its file cannot be read.
    func document(named name: String) throws -> JSONSchema.Document {
        guard let file else { return JSONSchema.Document(node.json, uris: [name]) }
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file.resolved)))
        } catch {
            throw failure("the schema file cannot be read", suggestion: "check that it exists: \(file.resolved)")
        }
        do {
            let value = try JSONValue(parsing: bytes, options: JSONParsingOptions(maximumBytes: Self.sizeLimit))
            let uris = file.written == name ? [name] : [file.written, name]
            return JSONSchema.Document(value, uris: uris)
        } catch {
            let location = SourceLocation(file: file.resolved, line: error.line, column: error.column)
            throw ConfigurationError([
                ConfigurationIssue(location: location, path: "", message: "the schema is not JSON: \(error.message)")
            ])
        }
    }

    /// The place of what is wrong with the schema.
    func issue(_ issue: JSONSchemaError.Issue) -> ConfigurationIssue {
        let hint = issue.pointer.isEmpty ? "" : " (at \(issue.pointer) of the schema)"
        if let file {
            return ConfigurationIssue(
                location: SourceLocation(file: file.resolved), path: issue.pointer, message: issue.message)
        }
        var place = node
        for token in JSONPointer.tokens(of: issue.pointer) ?? [] {
            let next: ConfigurationNode? =
                if case .sequence(let elements) = place.content {
                    Int(token).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
                } else {
                    place[token]
                }
            guard let next else { break }
            place = next
        }
        return ConfigurationIssue(location: place.location, path: place.path, message: issue.message + hint)
    }

    private func failure(_ message: String, suggestion: String) -> ConfigurationError {
        ConfigurationError([
            ConfigurationIssue(location: node.location, path: node.path, message: message, suggestion: suggestion)
        ])
    }
}
