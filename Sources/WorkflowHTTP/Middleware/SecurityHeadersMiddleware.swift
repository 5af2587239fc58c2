import HTTPTypes
public import WorkflowCore

/// `http.middleware.securityheaders`: tells browsers what pages may do.
public struct SecurityHeadersMiddleware: WorkflowModule, HTTPPreflightMiddleware {
    /// The keys of the module's configuration. An empty text leaves the field out.
    public struct Configuration: ConfigurationObject {
        /// `Content-Security-Policy`.
        public var contentSecurityPolicy =
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
            + "frame-ancestors 'none'"
        /// `Strict-Transport-Security`, over TLS only.
        public var strictTransportSecurity = "max-age=31536000; includeSubDomains"
        /// `X-Content-Type-Options`.
        public var contentTypeOptions = "nosniff"
        /// `X-Frame-Options`.
        public var frameOptions = "DENY"
        /// `Referrer-Policy`.
        public var referrerPolicy = "strict-origin-when-cross-origin"
        /// `Permissions-Policy`.
        public var permissionsPolicy =
            "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"
        /// `Cross-Origin-Opener-Policy`.
        public var crossOriginOpenerPolicy = "same-origin"
        /// `Cross-Origin-Resource-Policy`.
        public var crossOriginResourcePolicy = "same-origin"

        public static let fields: [ConfigurationField<Self>] = [
            field(
                "contentSecurityPolicy", \.contentSecurityPolicy,
                "Content-Security-Policy: where pages may load from and who may frame them.", aliases: ["csp"]),
            field(
                "strictTransportSecurity", \.strictTransportSecurity,
                "Strict-Transport-Security; only sent over TLS.", aliases: ["hsts"]),
            field("contentTypeOptions", \.contentTypeOptions, "X-Content-Type-Options."),
            field("frameOptions", \.frameOptions, "X-Frame-Options, for browsers without frame-ancestors."),
            field("referrerPolicy", \.referrerPolicy, "Referrer-Policy."),
            field("permissionsPolicy", \.permissionsPolicy, "Permissions-Policy: which devices pages may use."),
            field(
                "crossOriginOpenerPolicy", \.crossOriginOpenerPolicy, "Cross-Origin-Opener-Policy.", aliases: ["coop"]),
            field(
                "crossOriginResourcePolicy", \.crossOriginResourcePolicy,
                "Cross-Origin-Resource-Policy; cross-origin lets other sites load the answers without CORS.",
                aliases: ["corp"]),
        ]

        /// Creates the value with all defaults.
        public init() {}

        private static func field(
            _ name: String, _ property: any WritableKeyPath<Self, String> & Sendable, _ summary: String,
            aliases: [String] = []
        ) -> ConfigurationField<Self> {
            .init(
                name, property, summary + " Empty to leave it out.", aliases: aliases,
                check: { HTTPField.isValidValue($0) ? nil : "holds a character that a header field cannot have" })
        }
    }

    public static let descriptor = ModuleDescriptor(
        type: "http.middleware.securityheaders",
        summary: "Adds the header fields that tell browsers what pages of this application may do.",
        details: """
            The defaults are strict and fit a single-page application that loads everything from its own origin and has \
            no inline scripts or styles. A field that a handler has set itself stays as it is. Error answers of the \
            routes behind it carry the fields too.

            `Strict-Transport-Security` is only sent over TLS, as it has no meaning elsewhere.

            To cover everything, name it in `middlewares` of the `http.router`.
            """,
        provides: [.httpMiddleware],
        examples: [
            .init(
                "For everything behind a router",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: security
                        type: http.middleware.securityheaders
                        config: {frameOptions: SAMEORIGIN}
                      - name: router
                        type: http.router
                        config: {middlewares: [security]}
                      - name: hello
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: GET, path: /hello, handler: hello}
                    """)
        ])

    private let plain: HTTPFields
    private let secure: HTTPFields

    public init(configuration: Configuration, context: ModuleContext) throws {
        var fields = HTTPFields()
        let values: [(HTTPField.Name, String)] = [
            (.contentSecurityPolicy, configuration.contentSecurityPolicy),
            (.xContentTypeOptions, configuration.contentTypeOptions),
            (.xFrameOptions, configuration.frameOptions),
            (.referrerPolicy, configuration.referrerPolicy),
            (.permissionsPolicy, configuration.permissionsPolicy),
            (.crossOriginOpenerPolicy, configuration.crossOriginOpenerPolicy),
            (.crossOriginResourcePolicy, configuration.crossOriginResourcePolicy),
        ]
        for (name, value) in values where !value.isEmpty { fields.append(HTTPField(name: name, value: value)) }
        plain = fields
        if !configuration.strictTransportSecurity.isEmpty {
            fields.append(HTTPField(name: .strictTransportSecurity, value: configuration.strictTransportSecurity))
        }
        secure = fields
    }

    public func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        let fields = request.isSecure ? secure : plain
        do {
            var response = try await next.handle(request)
            response.headers.appendMissing(fields)
            return response
        } catch let error as HTTPError {
            var response = error.response
            response.headers.appendMissing(fields)
            return response
        }
    }
}

extension HTTPFields {
    /// Appends those fields whose names are not there yet.
    mutating func appendMissing(_ fields: HTTPFields) {
        let clashes = contains { present in
            let length = present.name.canonicalName.utf8.count
            // The length keeps most names away from the comparison.
            return fields.contains { $0.name.canonicalName.utf8.count == length && $0.name == present.name }
        }
        if !clashes { return append(contentsOf: fields) }
        for field in fields where !contains(field.name) { append(field) }
    }
}
