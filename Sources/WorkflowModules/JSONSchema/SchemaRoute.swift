import HTTPTypes
import WorkflowCore

/// A method and the path pattern of a route.
struct SchemaRoute: Sendable, Hashable {
    /// The method; `nil` for all that have a body as a rule.
    let method: HTTPRequest.Method?
    let pattern: String

    init(method: HTTPRequest.Method?, pattern: String) {
        self.method = method
        self.pattern = pattern
    }

    /// Reads text such as `POST /api/orders`; `nil` when it is something else.
    init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2, words[1].hasPrefix("/") else { return nil }
        if words[0] == "*" {
            method = nil
        } else {
            guard words[0].utf8.allSatisfy({ $0.isLetter }), let method = HTTPRequest.Method(words[0].uppercased())
            else { return nil }
            self.method = method
        }
        pattern = String(words[1])
    }
}
