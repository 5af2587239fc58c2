import WorkflowCore

/// The keys of a CORS policy where another configuration has them among its own.
protocol CORSKeys: ConfigurationObject {
    /// The origins whose pages may read answers.
    var allowedOrigins: [String]? { get set }
    /// The methods that pages may use.
    var allowedMethods: [String]? { get set }
    /// The request header fields that pages may set.
    var allowedHeaders: [String]? { get set }
    /// Whether pages may send cookies and HTTP authentication.
    var allowCredentials: Bool? { get set }
    /// How long browsers may keep the answer to a preflight request.
    var maxAge: Duration? { get set }
}

extension CORSKeys {
    /// The declarations of the keys.
    static var corsFields: [ConfigurationField<Self>] {
        [
            .init(
                "allowedOrigins", \.allowedOrigins,
                "CORS: the origins whose pages may read answers, such as https://app.example.com; by default all.",
                aliases: ["allowed_origins"], check: { $0?.lazy.compactMap(CORSOrigins.problem(with:)).first }),
            .init(
                "allowedMethods", \.allowedMethods,
                "CORS: the methods that pages may use; by default GET, POST, PUT, DELETE and OPTIONS.",
                aliases: ["allowed_methods"],
                check: { $0.flatMap { CORSMiddleware.Configuration.tokenProblem($0, "a method") } }),
            .init(
                "allowedHeaders", \.allowedHeaders,
                "CORS: the request header fields that pages may set; by default Accept, Authorization, Content-Type and X-Requested-With.",
                aliases: ["allowed_headers"],
                check: { $0.flatMap { CORSMiddleware.Configuration.tokenProblem($0, "a header field") } }),
            .init(
                "allowCredentials", \.allowCredentials,
                "CORS: whether pages may send cookies and HTTP authentication, false by default; needs named origins.",
                aliases: ["allow_credentials"]),
            .init(
                "maxAge", \.maxAge,
                "CORS: how long browsers may keep the answer to a preflight request; by default 5m.",
                aliases: ["max_age"]),
        ]
    }

    /// The node of one of the keys, however it is spelled.
    static func corsNode(_ name: String, in node: ConfigurationNode?) -> ConfigurationNode? {
        guard let spellings = corsFields.first(where: { $0.schema.name == name })?.schema else { return nil }
        return node?.entries?.first { $0.key == spellings.name || spellings.aliases.contains($0.key) }?.value
    }
}
