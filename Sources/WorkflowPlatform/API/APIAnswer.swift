import HTTPTypes
import WorkflowCore

/// What a handler answers.
struct APIAnswer: Sendable {
    /// The members of the body; `nil` for none.
    var document: JSONObject?
    /// Another status than the one of the route.
    var status: HTTPResponse.Status?
    var headers: HTTPFields = [:]
    /// A body of another type.
    var other: ResponseBody?

    /// No body.
    static let nothing = APIAnswer()

    /// `{"data": …}`.
    static func data(_ value: JSONValue) -> APIAnswer { APIAnswer(document: ["data": value]) }

    /// `{"data": {…}}` with the tag of a revision.
    static func data(_ object: JSONObject, revision: Int64) -> APIAnswer {
        APIAnswer(document: ["data": .object(object)], headers: [.eTag: EntityTag.make(revision)])
    }

    /// A part of a list.
    static func page<Item>(_ page: Page<Item>, limit: Int, _ json: (Item) -> JSONObject) -> APIAnswer {
        var document: JSONObject = [
            "data": .array(page.items.map { .object(json($0)) }), "page_size": .integer(Int64(limit)),
            "next_cursor": page.next.map { .string($0.text) } ?? .null,
        ]
        if let total = page.total { document["total"] = .integer(Int64(total)) }
        return APIAnswer(document: document)
    }
}
