import HTTPTypes
import WorkflowCore

/// A failure that is answered with a JSON object whose `error` says what is wrong: the form that the handlers of the
/// configuration format promise, without the other members of a problem document.
struct ErrorAnswer: Error {
    let status: HTTPResponse.Status
    let message: String
    var details: JSONObject = [:]
    var headers: HTTPFields = [:]

    init(
        _ status: HTTPResponse.Status, _ message: String, details: JSONObject = [:], headers: HTTPFields = [:]
    ) {
        self.status = status
        self.message = message
        self.details = details
        self.headers = headers
    }

    /// An answer that asks the client to come back later.
    init(_ status: HTTPResponse.Status, _ message: String, retryAfter: Duration) {
        let seconds = max(1, (retryAfter.wholeNanoseconds + 999_999_999) / 1_000_000_000)
        self.init(status, message, headers: [.retryAfter: String(seconds)])
    }

    /// What a failure of the store is answered with; the cause is for the log only.
    init(_ error: StoreError) {
        switch error.code {
        case .storageFull: self.init(.init(code: 507, reasonPhrase: "Insufficient Storage"), "the storage is full")
        case .unavailable:
            self.init(.serviceUnavailable, "the storage is not available", retryAfter: .seconds(1))
        case .conflict: self.init(.conflict, "the data was changed by somebody else")
        default: self.init(.internalServerError, "internal error")
        }
    }

    var response: ServerResponse {
        var document: JSONObject = ["error": .string(message)]
        document.merge(details)
        var response = ServerResponse.json(.object(document), status: status)
        if !headers.isEmpty { response.headers.append(contentsOf: headers) }
        return response
    }
}

/// What is taken in must still be readable when it is stored or sent inside of something else.
private let deepestBody = 64

extension ServerRequest {
    /// Reads the body as a JSON object.
    ///
    /// - Parameters:
    ///   - limit: The greatest number of bytes.
    ///   - message: What to answer when the body is something else.
    /// - Throws: ``ErrorAnswer`` 400 with the place of the mistake; ``HTTPError`` 413.
    func jsonObject(upTo limit: Int, otherwise message: String) async throws -> JSONObject {
        let bytes = try await body.collect(upTo: limit)
        do {
            let value = try JSONValue(
                parsing: bytes, options: JSONParsingOptions(maximumDepth: deepestBody, maximumBytes: limit))
            guard let object = value.objectValue else {
                throw ErrorAnswer(
                    .badRequest, message, details: ["detail": .string("expected an object, found \(value.typeName)")])
            }
            return object
        } catch let error as JSONParsingError {
            throw ErrorAnswer(.badRequest, message, details: ["detail": .string(error.description)])
        }
    }
}
