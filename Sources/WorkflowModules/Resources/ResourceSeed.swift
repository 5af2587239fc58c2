import WorkflowCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads the resources that an application begins with.
enum ResourceSeed {
    private static let sizeLimit = 64 << 20

    /// Reads a file with a list of `{id, data, state}`.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - type: The type of the resources.
    ///   - now: When they are created.
    ///   - definition: The state machine that the resources run through; `nil` for none.
    /// - Throws: ``ConfigurationError`` with the place of the mistake.
    static func load(
        _ path: String, type: String, now: Timestamp, definition: StateMachineDefinition?
    ) throws -> [Resource] {
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw fail(path, "", "the seed file cannot be read", suggestion: "check that it exists: \(path)")
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes, options: JSONParsingOptions(maximumBytes: sizeLimit))
        } catch {
            throw ConfigurationError([
                ConfigurationIssue(
                    location: SourceLocation(file: path, line: error.line, column: error.column), path: "",
                    message: "the seed file is not JSON: \(error.message)")
            ])
        }
        guard let entries = value.arrayValue else {
            throw fail(path, "", "expected a list of resources, found \(value.typeName)")
        }
        var seen: Set<String> = []
        return try entries.enumerated().map { index, entry in
            let resource = try resource(entry, at: "[\(index)]", path, type, now, definition)
            guard seen.insert(resource.id).inserted else {
                throw fail(path, "[\(index)].id", "the id \"\(resource.id)\" occurs twice")
            }
            return resource
        }
    }

    private static func resource(
        _ entry: JSONValue, at place: String, _ path: String, _ type: String, _ now: Timestamp,
        _ definition: StateMachineDefinition?
    ) throws -> Resource {
        guard let object = entry.objectValue else {
            throw fail(path, place, "expected {id, data, state}, found \(entry.typeName)")
        }
        if let key = object.keys.first(where: { !["id", "data", "state"].contains($0) }) {
            throw fail(
                path, "\(place).\(key)", "unknown key \"\(key)\"", suggestion: "fields of the resource go into data")
        }
        guard let id = object["id"]?.stringValue, ResourceID.isValid(id) else {
            throw fail(
                path, "\(place).id", "expected an id of letters, digits, - and _", suggestion: "such as \"prod-001\"")
        }
        let data: JSONObject
        switch object["data"] {
        case nil: data = [:]
        case .object(let fields): data = fields
        case let other?: throw fail(path, "\(place).data", "expected an object, found \(other.typeName)")
        }
        let state: String
        switch object["state"] {
        case nil: state = definition?.initialState ?? "new"
        case .string(let text) where !text.isEmpty: state = text
        case let other?: throw fail(path, "\(place).state", "expected the name of a state, found \(other.typeName)")
        }
        if let definition, definition.states[state] == nil {
            let hint = Suggestion.text(for: state, among: definition.states.keys.sorted(), what: "states")
            throw fail(
                path, "\(place).state", "the state machine \"\(definition.name)\" has no state \"\(state)\"",
                suggestion: hint)
        }
        return Resource(
            type: type, id: id, data: data, state: state, owner: Resource.nobody, createdAt: now, updatedAt: now)
    }

    private static func fail(
        _ path: String, _ place: String, _ message: String, suggestion: String? = nil
    ) -> ConfigurationError {
        ConfigurationError([
            ConfigurationIssue(
                location: SourceLocation(file: path), path: place, message: message, suggestion: suggestion)
        ])
    }
}
