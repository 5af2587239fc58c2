import Foundation
import HTTPTypes
import WorkflowCore

/// What an input asks of the storage.
enum S3Operation: Sendable, Hashable {
    case put(key: String, body: [UInt8], contentType: String)
    case get(key: String)
    case delete(key: String)

    /// Puts a value as JSON.
    static func put(key: String, json: JSONValue) -> S3Operation {
        .put(key: key, body: json.jsonBytes(), contentType: "application/json")
    }

    /// Reads `{operation, key, content | json | contentBase64, contentType}`.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput`.
    init(_ operation: JSONValue, _ input: JSONValue) throws {
        guard let key = input["key"]?.stringValue else { throw Self.invalid("`key` must be the key of an object") }
        switch operation.stringValue {
        case "put":
            let (body, usual) = try Self.content(input)
            let contentType = input["contentType"]?.stringValue ?? usual
            guard HTTPField.isValidValue(contentType) else { throw Self.invalid("`contentType` is not valid") }
            self = .put(key: key, body: body, contentType: contentType)
        case "get": self = .get(key: key)
        case "delete": self = .delete(key: key)
        default: throw Self.invalid("`operation` must be put, get or delete")
        }
    }

    /// The key of the object.
    var key: String {
        switch self {
        case .put(let key, _, _), .get(let key), .delete(let key): key
        }
    }

    private static func content(_ input: JSONValue) throws -> (body: [UInt8], type: String) {
        let given = ["content", "json", "contentBase64"].filter { input[$0] != nil }
        guard given.count == 1 else { throw invalid("put takes one of `content`, `json` and `contentBase64`") }
        if let json = input["json"] { return (json.jsonBytes(), "application/json") }
        if let text = input["content"]?.stringValue { return (Array(text.utf8), "text/plain; charset=utf-8") }
        guard let text = input["contentBase64"]?.stringValue, let data = Data(base64Encoded: text) else {
            throw invalid("`\(given[0])` must be \(given[0] == "content" ? "a text" : "Base64")")
        }
        return (Array(data), "application/octet-stream")
    }

    static func invalid(_ message: String) -> WorkflowError { WorkflowError(.invalidInput, "storage.s3: \(message).") }
}

extension FetchResponse {
    /// The content of an object: as `json` when it is that, as `content` when it is text, otherwise as `contentBase64`.
    var s3Content: JSONObject {
        let type = header("content-type") ?? ""
        var result: JSONObject = ["contentType": .string(type)]
        if type.hasPrefix("application/json"), let json = try? JSONValue(parsing: body) {
            result["json"] = json
        } else if let text = String(validating: body, as: UTF8.self) {
            result["content"] = .string(text)
        } else {
            result["contentBase64"] = .string(Data(body).base64EncodedString())
        }
        return result
    }
}
