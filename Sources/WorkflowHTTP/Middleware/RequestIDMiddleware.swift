import HTTPTypes
public import WorkflowCore

/// `http.middleware.requestid`: gives each request an identifier.
public struct RequestIDMiddleware: WorkflowModule, HTTPPreflightMiddleware {
    /// The keys of the module's configuration.
    public struct Configuration: ConfigurationObject {
        /// The header field.
        public var header = "X-Request-ID"
        /// Whether an identifier that the client sends is kept.
        public var trustIncoming = true

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "header", \.header, "The header field that carries the identifier.",
                check: { HTTPField.Name($0) == nil ? "\"\($0)\" is not the name of a header field" : nil }),
            .init(
                "trustIncoming", \.trustIncoming,
                "Whether an identifier that the client sends is kept when it is well-formed."),
        ]

        /// Creates the value with all defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "http.middleware.requestid", summary: "Gives each request an identifier, for logs and for the client.",
        details: """
            An identifier that the client or a proxy sends in `X-Request-ID` is kept when it has 1 to 128 characters out \
            of letters, digits and `-_.:/+=@`; otherwise a UUID is made. The response carries it back in the same field.
            """,
        provides: [.httpMiddleware],
        examples: [
            .init(
                "Identifiers for a route",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: request-id
                        type: http.middleware.requestid
                      - name: hello
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: GET, path: /hello, handler: hello, middlewares: [request-id]}
                    """)
        ])

    let name: HTTPField.Name
    let trustsIncoming: Bool
    private let identifiers: any IdentifierGenerator

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.init(
            header: configuration.header, trustsIncoming: configuration.trustIncoming,
            identifiers: context.environment.identifiers)
    }

    init(header: String, trustsIncoming: Bool, identifiers: any IdentifierGenerator) {
        self.name = HTTPField.Name(header) ?? .xRequestID
        self.trustsIncoming = trustsIncoming
        self.identifiers = identifiers
    }

    public func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        var request = request
        let id: String
        if trustsIncoming, let sent = request.headers.value(of: name), Self.isAcceptable(sent) {
            id = sent
        } else {
            id = identifiers.next()
        }
        request.id = id
        let field = HTTPField(name: name, value: id)
        do {
            var response = try await next.handle(request)
            if response.headers.contains(name) {
                response.headers[name] = id
            } else {
                response.headers.append(field)
            }
            return response
        } catch let error as HTTPError {
            var response = error.response
            response.headers[name] = id
            return response
        }
    }

    /// Whether an identifier from outside can be written to logs and header fields.
    static func isAcceptable(_ id: String) -> Bool {
        guard (1...128).contains(id.utf8.count) else { return false }
        return id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "@"):
                true
            default: false
            }
        }
    }
}
