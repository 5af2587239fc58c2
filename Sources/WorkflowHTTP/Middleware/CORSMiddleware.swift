import HTTPTypes
public import WorkflowCore

/// `http.middleware.cors`: lets pages of other origins use the application.
public struct CORSMiddleware: WorkflowModule, HTTPPreflightMiddleware {
    /// The keys of the module's configuration.
    public struct Configuration: ConfigurationObject {
        /// The origins whose pages may read answers.
        public var allowedOrigins = ["*"]
        /// The methods that pages may use.
        public var allowedMethods = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]
        /// The request header fields that pages may set.
        public var allowedHeaders = ["Content-Type", "Authorization"]
        /// The response header fields that pages may read.
        public var exposedHeaders: [String] = []
        /// Whether pages may send cookies and HTTP authentication.
        public var allowCredentials = false
        /// How long browsers may keep the answer to a preflight request.
        public var maxAge: Duration = .seconds(300)

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "allowedOrigins", \.allowedOrigins,
                "The origins whose pages may read answers: https://app.example.com, https://*.example.com, or * for all.",
                aliases: ["allowed_origins", "origins"],
                check: { $0.lazy.compactMap(CORSOrigins.problem(with:)).first }),
            .init(
                "allowedMethods", \.allowedMethods, "The methods that pages may use.",
                aliases: ["allowed_methods", "methods"], check: { Self.tokenProblem($0, "a method") }),
            .init(
                "allowedHeaders", \.allowedHeaders, "The request header fields that pages may set; * for all.",
                aliases: ["allowed_headers", "headers"], check: { Self.tokenProblem($0, "a header field") }),
            .init(
                "exposedHeaders", \.exposedHeaders, "The response header fields that pages may read.",
                aliases: ["exposed_headers"], check: { Self.tokenProblem($0, "a header field") }),
            .init(
                "allowCredentials", \.allowCredentials,
                "Whether pages may send cookies and HTTP authentication; needs named origins.",
                aliases: ["allow_credentials"]),
            .init(
                "maxAge", \.maxAge, "How long browsers may keep the answer to a preflight request.",
                aliases: ["max_age"]),
        ]

        /// Creates the value with all defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard allowCredentials, allowedOrigins.contains("*") else { return }
            decoder.fail(
                node["allowCredentials"] ?? node["allow_credentials"] ?? node,
                Self.openCredentials, suggestion: Self.namedOrigins)
        }

        /// What is wrong with credentials for all origins.
        static let openCredentials =
            "allowCredentials together with the origin * would let every site act for its visitors"
        /// What to write instead.
        static let namedOrigins = "name the origins, such as allowedOrigins: [https://app.example.com]"

        static func tokenProblem(_ values: [String], _ what: String) -> String? {
            values.first { HTTPField.Name($0) == nil }.map { "\"\($0)\" is not the name of \(what)" }
        }
    }

    public static let descriptor = ModuleDescriptor(
        type: "http.middleware.cors", summary: "Lets pages of other origins use the application (CORS).",
        details: """
            Preflight requests (OPTIONS with `Origin` and `Access-Control-Request-Method`) are answered with 204 on every \
            route that has this middleware, whether or not there is a route for OPTIONS, and before a middleware that \
            asks for a token. Other requests get `Access-Control-Allow-Origin` when their origin is allowed. Answers \
            always vary by `Origin`, so that shared caches keep them apart.

            A browser decides by these header fields; they do not keep other clients away.
            """,
        provides: [.httpMiddleware],
        examples: [
            .init(
                "An API for one web application",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: cors
                        type: http.middleware.cors
                        config:
                          allowedOrigins: ["https://app.example.com", "https://*.preview.example.com"]
                          allowedMethods: [GET, POST]
                          allowCredentials: true
                          maxAge: 10m
                      - name: hello
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: GET, path: /hello, handler: hello, middlewares: [cors]}
                    """)
        ])

    private let origins: CORSOrigins
    private let simpleFields: HTTPFields
    private let preflightFields: HTTPFields
    private let echoesRequestedHeaders: Bool

    public init(configuration: Configuration, context: ModuleContext) throws {
        do {
            origins = try CORSOrigins(configuration.allowedOrigins)
        } catch {
            throw context.error(error.message)
        }
        var simple = HTTPFields()
        if configuration.allowCredentials { simple[.accessControlAllowCredentials] = "true" }
        var preflight = simple
        if !configuration.exposedHeaders.isEmpty {
            simple[.accessControlExposeHeaders] = configuration.exposedHeaders.joined(separator: ", ")
        }
        preflight[.accessControlAllowMethods] =
            configuration.allowedMethods.map { $0.uppercased() }.joined(separator: ", ")
        echoesRequestedHeaders = configuration.allowedHeaders.contains("*")
        if !echoesRequestedHeaders, !configuration.allowedHeaders.isEmpty {
            preflight[.accessControlAllowHeaders] = configuration.allowedHeaders.joined(separator: ", ")
        }
        preflight[.accessControlMaxAge] = String(configuration.maxAge.wholeNanoseconds / 1_000_000_000)
        simpleFields = simple
        preflightFields = preflight
    }

    /// Whether a browser asks what it may send.
    static func isPreflight(_ request: ServerRequest) -> Bool {
        request.method == .options && request.headers.contains(.origin)
            && request.headers.contains(.accessControlRequestMethod)
    }

    public func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        let origin = request.headers.value(of: .origin)
        if let origin, Self.isPreflight(request) { return preflightResponse(request, origin) }
        var response: ServerResponse
        do {
            response = try await next.handle(request)
        } catch let error as HTTPError {
            response = error.response
        }
        response.headers.add("Origin", toList: .vary)
        if let origin, origins.allows(origin) {
            response.headers[.accessControlAllowOrigin] = origin
            response.headers.append(contentsOf: simpleFields)
        }
        return response
    }

    private func preflightResponse(_ request: ServerRequest, _ origin: String) -> ServerResponse {
        var response = ServerResponse(
            status: .noContent,
            headers: [.vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"])
        guard origins.allows(origin) else { return response }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers.append(contentsOf: preflightFields)
        if echoesRequestedHeaders, let requested = request.headers[.accessControlRequestHeaders] {
            response.headers[.accessControlAllowHeaders] = requested
        }
        return response
    }
}
