import HTTPTypes
import WorkflowCore

/// The body of a request about a component: a JSON object of known members.
struct ComponentBody {
    private static let scriptTypes = ["text/javascript", "application/javascript"]

    private let members: JSONObject

    /// Reads the body of a request.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - limit: How large the body may be, in bytes.
    ///   - keys: The members that it may have.
    ///   - scriptKey: The member that a body stands for which is a script itself, by its content type.
    ///   - mayBeEmpty: Whether there need be none.
    /// - Throws: ``HTTPError`` 400, or 413 when it is larger.
    init(
        _ request: ServerRequest, limit: Int, keys: [String], scriptKey: String? = nil, mayBeEmpty: Bool = false
    ) async throws {
        let bytes = try await request.body.collect(upTo: limit)
        let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        if let scriptKey, Self.scriptTypes.contains(type) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw HTTPError(.badRequest, "The script is not UTF-8 text.")
            }
            members = [scriptKey: .string(text)]
            return
        }
        if mayBeEmpty, bytes.isEmpty {
            members = [:]
            return
        }
        do {
            let value = try JSONValue(parsing: bytes)
            guard let object = value.objectValue else {
                throw HTTPError(.badRequest, "The body must be a JSON object.")
            }
            members = object
        } catch let error as JSONParsingError {
            throw HTTPError(.badRequest, "The body is not JSON: \(error)")
        }
        for key in members.keys where !keys.contains(key) {
            let hint = Suggestion.text(for: key, among: keys, what: "members")
            throw HTTPError(.badRequest, Suggestion.sentence("The body must not have the member \"\(key)\"", hint))
        }
    }

    /// A text that is not empty.
    ///
    /// - Throws: ``HTTPError`` 400 when it is missing.
    func text(_ key: String) throws -> String {
        guard let text = members[key]?.stringValue, !text.isEmpty else {
            throw HTTPError(.badRequest, "The body must have the member \"\(key)\", text that is not empty.")
        }
        return text
    }

    /// A number from 1, or `nil` when there is none.
    ///
    /// - Throws: ``HTTPError`` 400 for anything else.
    func number(_ key: String) throws -> Int? {
        guard let value = members[key], !value.isNull else { return nil }
        guard let number = value.intValue, number > 0 else {
            throw HTTPError(.badRequest, "The member \"\(key)\" must be a number from 1.")
        }
        return number
    }

    /// A value of any form.
    func value(_ key: String) -> JSONValue? { members[key] }
}
