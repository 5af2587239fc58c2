public import HTTPTypes
public import WorkflowCore

/// The methods of a route as a configuration writes them: `GET`, `GET, POST`, a list, or `*` for all.
public struct RouteMethods: ConfigurationValue, Hashable {
    /// The methods; empty for all.
    public let methods: [HTTPRequest.Method]

    private static let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    /// Creates the value; without methods it stands for all.
    public init(_ methods: [HTTPRequest.Method] = []) {
        self.methods = methods
    }

    public static var schema: ConfigurationSchema { .string }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        let texts = node.elements.map { $0.compactMap(\.text) } ?? node.text.map { [$0] } ?? []
        guard !texts.isEmpty, node.elements.map({ $0.count == texts.count }) ?? true else {
            decoder.failType(node, expected: "a method such as GET, several such as \"GET, POST\", or * for all")
            return nil
        }
        let names = texts.flatMap { $0.split(separator: ",") }.map { $0.filter { $0 != " " }.uppercased() }
        if names.contains("*") || names.contains("ANY") {
            methods = []
            return
        }
        var methods: [HTTPRequest.Method] = []
        for name in names {
            guard Self.known.contains(name), let method = HTTPRequest.Method(name) else {
                decoder.fail(
                    node, "\"\(name)\" is not a method",
                    suggestion: Suggestion.closest(to: name, among: Self.known).map { "did you mean \"\($0)\"?" }
                        ?? "use one of \(Self.known.joined(separator: ", ")), or * for all")
                return nil
            }
            if !methods.contains(method) { methods.append(method) }
        }
        guard !methods.isEmpty else {
            decoder.fail(node, "no method is named", suggestion: "use * for all")
            return nil
        }
        self.methods = methods
    }

    public var configurationValue: JSONValue? {
        .string(methods.isEmpty ? "*" : methods.map(\.rawValue).joined(separator: ", "))
    }

    /// The methods for a route table, where `nil` stands for all.
    var forTable: [HTTPRequest.Method?] { methods.isEmpty ? [nil] : methods }
}
