import HTTPTypes
import NIOHTTP1
public import WorkflowCore

/// `http.handler`: always gives the same answer.
public struct HTTPHandlerModule: WorkflowModule, SelfRoutingHandler {
    /// The keys of the module's configuration.
    public struct Configuration: ConfigurationObject {
        /// The type of the answer.
        public var contentType = ""
        /// The methods that it answers.
        public var method = RouteMethods()
        /// A path to answer without a route of the configuration.
        public var path = ""
        /// The status of the answer.
        public var status = 200
        /// The answer.
        public var response: JSONValue = .null

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "contentType", \.contentType,
                "The type of the answer; application/json by default, text/plain when the answer is text.",
                aliases: ["content_type"],
                check: { HTTPField.isValidValue($0) ? nil : "holds a character that a header field cannot have" }),
            .init(
                "method", \.method, "The methods it answers, such as GET or \"GET, POST\"; others get 405. * for all."),
            .init(
                "path", \.path,
                "A path that leads here without a route in workflows.http, such as /hello; needs one http.router.",
                check: pathProblem),
            .init("status", \.status, "The status of the answer.", schema: .integer(minimum: 200, maximum: 599)),
            .init(
                "response", \.response, "The answer: text, or a mapping or list that is sent as JSON.",
                aliases: ["body"]),
        ]

        /// Creates the value with all defaults.
        public init() {}

        private static let pathProblem: @Sendable (String) -> String? = { path in
            do {
                _ = try RoutePattern(path)
                return nil
            } catch {
                return "\(error)"
            }
        }
    }

    public static let descriptor = ModuleDescriptor(
        type: "http.handler", summary: "Always gives the same answer.",
        details: """
            Without `response` the answer is `{"handler": <name>, "status": "success", "message": "Default handler \
            response"}`. A `response` that is text is sent as it stands; a mapping or a list is sent as JSON.

            Name it as `handler` of a route, or give it a `path` of its own; routes of the configuration that lead to it \
            stand in its place.
            """,
        provides: [.httpHandler], requires: [.init(.httpRouter, optional: true)],
        examples: [
            .init(
                "A fixed answer",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: teapot
                        type: http.handler
                        config:
                          method: GET
                          path: /teapot
                          status: 418
                          response: {message: "I am a teapot"}
                    """)
        ])

    let answer: ServerResponse
    let methods: [HTTPRequest.Method]

    public init(configuration: Configuration, context: ModuleContext) throws {
        var contentType = configuration.contentType
        let bytes: [UInt8]
        switch configuration.response {
        case .null:
            let message: JSONValue = [
                "handler": .string(context.name), "status": "success", "message": "Default handler response",
            ]
            bytes = message.jsonBytes()
        case .string(let text):
            if contentType.isEmpty { contentType = "text/plain; charset=utf-8" }
            bytes = Array(text.utf8)
        default:
            bytes = configuration.response.jsonBytes()
        }
        if contentType.isEmpty { contentType = "application/json" }
        let status = HTTPResponse.Status(
            code: configuration.status,
            reasonPhrase: HTTPResponseStatus(statusCode: configuration.status).reasonPhrase)
        answer =
            status.hasNoBody
            ? ServerResponse(status: status)
            : ServerResponse(status: status, headers: [.contentType: contentType], body: .bytes(bytes))
        methods = configuration.method.methods
        guard !configuration.path.isEmpty else { return }
        let router = try context.services.require((any HTTPRouteCollector).self, kind: .httpRouter)
        for method in configuration.method.forTable {
            try router.addRoute(
                method, configuration.path, handler: self, origin: context.name, isFallback: true)
        }
    }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        if !methods.isEmpty, !methods.contains(request.method), !(request.method == .head && methods.contains(.get)) {
            let allow = methods.map(\.rawValue).joined(separator: ", ")
            throw HTTPError(
                .methodNotAllowed, "\(request.path) does not answer \(request.method.rawValue); it answers \(allow).",
                headers: [.allow: allow])
        }
        return answer
    }
}
