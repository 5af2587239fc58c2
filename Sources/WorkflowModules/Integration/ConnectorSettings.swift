import HTTPTypes
public import WorkflowCore

/// The settings of connectors of all kinds; which keys a connector takes depends on its type.
public struct ConnectorSettings: ConfigurationObject {
    /// Where paths begin.
    public var baseURL = ""
    /// How requests say who sends them.
    public var authType = "none"
    /// The name of the user.
    public var username = ""
    /// The password of the user.
    public var password = SecretString("")
    /// The token.
    public var token = SecretString("")
    /// Header fields of every request.
    public var headers: [String: SecretString] = [:]
    /// How long a request may take.
    public var timeout: Duration = .seconds(30)
    /// How many requests there may be in a minute; 0 for any number.
    public var requestsPerMinute = 0
    /// The largest answer.
    public var maxResponseBytes = ByteSize(bytes: 10 << 20)

    /// The path that is answered.
    public var path = Located("")
    /// The port that is listened on.
    public var port: Located<Int>?
    /// The host of a listener of its own; empty for all addresses.
    public var host = Located("")
    /// The router; empty for the only one.
    public var router = Located("")
    /// The workflow that is run; empty for the only one.
    public var workflow = Located("")
    /// The middlewares before the webhook.
    public var middlewares: [String] = []
    /// The largest body.
    public var maxBodyBytes = ByteSize(bytes: 1 << 20)

    /// The kind of database.
    public var driver = ""
    /// Where the database is.
    public var dsn = SecretString("")
    /// The module of the database.
    public var database = Located("")
    /// The greatest number of rows of a query.
    public var maxRows = 10_000

    public static let fields: [ConfigurationField<Self>] = http + webhook + database

    /// Creates the defaults.
    public init() {}

    private static let http: [ConfigurationField<Self>] = [
        .init(
            "baseURL", \.baseURL, "`http`: where paths begin, such as `https://api.example.com/v1`.",
            check: baseURLProblem),
        .init(
            "authType", \.authType, "`http`: how requests say who sends them.",
            schema: .choice(["none", "basic", "bearer"])),
        .init("username", \.username, "`http`: the name of the user, for `authType: basic`."),
        .init("password", \.password, "`http`: the password of the user, for `authType: basic`.", secret: true),
        .init(
            "token", \.token, "`http`: the token, for `authType: bearer`.", secret: true,
            check: {
                HTTPField.isValidValue($0.value) ? nil : "holds a character that a header field cannot have"
            }),
        .init(
            "headers", \.headers, "`http`: header fields of every request. Their values are hidden.", secret: true,
            check: headersProblem),
        .init(
            "timeoutSeconds", \.timeout, "`http`: how long a request may take.", aliases: ["timeout"],
            check: { OutboundChecks.timeout($0) }),
        .init(
            "requestsPerMinute", \.requestsPerMinute,
            "`http`: how many requests there may be in a minute; further ones wait, for a minute at most. 0 for any number.",
            schema: .integer(minimum: 0, maximum: 1_000_000)),
        .init("maxResponseBytes", \.maxResponseBytes, "`http`: the largest answer that is read."),
    ]

    private static let webhook: [ConfigurationField<Self>] = [
        .init(
            "path", \.path, "`webhook`: the path that is answered, such as `/webhooks/orders`.",
            check: { $0.value.hasPrefix("/") ? nil : "must begin with /" }),
        .init(
            "port", \.port,
            "`webhook`: the port that answers: that of an `http.server`, or of a listener of its own. Without it the application's router leads the path here, or there is a listener on 8080 when there is no router.",
            schema: .integer(minimum: 0, maximum: 65_535)),
        .init(
            "host", \.host, "`webhook`: the host of a listener of its own, such as 127.0.0.1; all addresses by default."
        ),
        .init(
            "router", \.router, "`webhook`: the router that leads the path here; needed when there are several.",
            reference: .httpRouter),
        .init("workflow", \.workflow, "`webhook`: the workflow that is run; needed when there are several."),
        .init(
            "middlewares", \.middlewares, "`webhook`: the middlewares before it, such as one that authenticates.",
            reference: .httpMiddleware),
        .init("maxBodyBytes", \.maxBodyBytes, "`webhook`: the largest body that is taken."),
    ]

    private static let database: [ConfigurationField<Self>] = [
        .init(
            "database", \.database,
            "`database`: the module that has the database open, such as one of type `database.workflow`.",
            reference: .database),
        .init("driver", \.driver, "`database`: the kind of database; without effect next to `database`."),
        .init("dsn", \.dsn, "`database`: where the database is; name a module in `database` instead.", secret: true),
        .init(
            "maxRows", \.maxRows, "`database`: the greatest number of rows of a query.",
            schema: .integer(minimum: 1, maximum: 1_000_000)),
    ]
}
