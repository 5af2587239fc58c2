public import HTTPTypes

/// One HTTP request as middlewares and handlers see it.
public struct ServerRequest: Sendable {
    /// The request method.
    public let method: HTTPRequest.Method
    /// The path as it was sent, percent-encoded, without the query.
    public let path: String
    /// The query as it was sent, without the `?`; `nil` when there is none.
    public let query: String?
    /// The header fields, without pseudo headers.
    public var headers: HTTPFields
    /// The host that the client asked for (`Host` or `:authority`).
    public let authority: String?
    /// Whether the request came over TLS.
    public let isSecure: Bool
    /// The address of the peer without its port.
    public let remoteAddress: String
    /// When the request arrived.
    public let receivedAt: Timestamp
    /// The request body.
    public var body: RequestBody
    /// The pattern of the route that matched, such as `/api/orders/{id}`; empty before routing.
    public var routePattern = "" {
        didSet { record?.routePattern = routePattern }
    }
    /// The values of the route's parameters, percent-decoded.
    public var parameters = PathParameters()
    /// The identifier of the request, once a middleware has given it one.
    public var id: String? {
        didSet { record?.requestID = id }
    }
    /// Who makes the request, once a middleware has authenticated them.
    public var principal: Principal? {
        didSet { record?.principalID = principal?.id }
    }
    /// Where the server reads back what was learned about the request; copies of the request share it.
    public let record: RequestRecord?

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - method: The request method.
    ///   - target: The path and query as sent, such as `/orders?limit=5`.
    ///   - headers: The header fields.
    ///   - authority: The host that the client asked for.
    ///   - isSecure: Whether the request came over TLS.
    ///   - remoteAddress: The address of the peer without its port.
    ///   - receivedAt: When the request arrived.
    ///   - body: The request body.
    public init(
        method: HTTPRequest.Method, target: String, headers: HTTPFields = [:], authority: String? = nil,
        isSecure: Bool = false, remoteAddress: String = "", receivedAt: Timestamp = .systemNow(),
        body: RequestBody = .empty
    ) {
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        self.init(
            method: method, path: mark.map { String(target[..<$0]) } ?? target,
            query: mark.map { String(target[target.utf8.index(after: $0)...]) }, headers: headers,
            authority: authority, isSecure: isSecure, remoteAddress: remoteAddress, receivedAt: receivedAt, body: body,
            record: nil)
    }

    /// Creates a request whose target has been taken apart already.
    ///
    /// - Parameters:
    ///   - method: The request method.
    ///   - path: The path as it was sent.
    ///   - query: The query as it was sent, without the `?`.
    ///   - headers: The header fields.
    ///   - authority: The host that the client asked for.
    ///   - isSecure: Whether the request came over TLS.
    ///   - remoteAddress: The address of the peer without its port.
    ///   - receivedAt: When the request arrived.
    ///   - body: The request body.
    ///   - record: Where the server reads back what was learned about the request.
    package init(
        method: HTTPRequest.Method, path: String, query: String?, headers: HTTPFields, authority: String?,
        isSecure: Bool, remoteAddress: String, receivedAt: Timestamp, body: RequestBody, record: RequestRecord?
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.authority = authority
        self.isSecure = isSecure
        self.remoteAddress = remoteAddress
        self.receivedAt = receivedAt
        self.body = body
        self.record = record
    }
}

/// The values of a route's parameters in the order of the pattern.
public struct PathParameters: Sendable, Hashable {
    /// The parameters by position.
    public private(set) var entries: [(name: String, value: String)] = []

    /// Creates an empty list.
    public init() {}

    /// Adds a parameter.
    public mutating func append(name: String, value: String) {
        entries.append((name, value))
    }

    /// The value of the parameter called `name`.
    public subscript(name: String) -> String? {
        entries.first { $0.name == name }?.value
    }

    public static func == (left: PathParameters, right: PathParameters) -> Bool {
        left.entries.elementsEqual(right.entries) { $0 == $1 }
    }

    public func hash(into hasher: inout Hasher) {
        for entry in entries {
            hasher.combine(entry.name)
            hasher.combine(entry.value)
        }
    }
}

/// Who makes a request, as an authenticator found out.
public struct Principal: Sendable, Hashable {
    /// The stable identifier of the user or client (the `sub` claim of a JWT).
    public let id: String
    /// What the token says about them.
    public let claims: JSONObject

    /// Creates a principal.
    public init(id: String, claims: JSONObject = [:]) {
        self.id = id
        self.claims = claims
    }
}
