import HTTPTypes
import WorkflowCore

/// Who may use a route.
enum RouteAccess: Sendable {
    /// Anybody, without a token.
    case open
    /// Everybody who is signed in. With `byPerson`, not with an API key: what concerns the user's own account.
    case signedIn(byPerson: Bool)
    /// Who has a role on the thing that a parameter of the path names. With `byPerson`, not with an API key.
    case role(Role, Area, on: ResourceReference, byPerson: Bool)

    /// Who has a role on the thing that a parameter of the path names.
    static func role(_ role: Role, _ area: Area, on reference: ResourceReference) -> RouteAccess {
        .role(role, area, on: reference, byPerson: false)
    }
}

/// A parameter of a path that names a thing with roles.
struct ResourceReference: Sendable, Hashable {
    /// What kind of thing it is.
    let level: ResourceLevel
    /// The name of the parameter.
    let parameter: String
    /// What the parameter names, where that is not the thing but something that belongs to it.
    var belonging: Belonging?
    /// Whether a role on anything in the company will do.
    var isAnywhere = false

    /// What belongs to things with roles.
    enum Belonging: Sendable, Hashable {
        case execution, iamProvider, iamMapping
    }

    static func company(_ parameter: String) -> Self { Self(level: .company, parameter: parameter) }
    /// A company, for whoever has a role on anything in it.
    static func anythingIn(_ parameter: String) -> Self {
        Self(level: .company, parameter: parameter, isAnywhere: true)
    }
    static func organization(_ parameter: String) -> Self { Self(level: .organization, parameter: parameter) }
    static func project(_ parameter: String) -> Self { Self(level: .project, parameter: parameter) }
    static func workflow(_ parameter: String) -> Self { Self(level: .workflow, parameter: parameter) }

    /// The workflow of the execution that a parameter names.
    static func execution(_ parameter: String) -> Self {
        Self(level: .workflow, parameter: parameter, belonging: .execution)
    }
    /// The company of a provider for programs.
    static let iamProvider = Self(level: .company, parameter: "iamProviderId", belonging: .iamProvider)
    /// The company of a mapping of such a provider.
    static let iamMapping = Self(level: .company, parameter: "iamMappingId", belonging: .iamMapping)
}

/// A value of the query of a request.
struct QueryParameter: Sendable {
    let name: String
    let schema: Schema
    let summary: String
    /// How often it may occur.
    var most = 1

    init(_ name: String, _ schema: Schema, _ summary: String) {
        self.name = name
        self.schema = schema
        self.summary = summary
    }
}

/// What a route answers when all goes well.
struct AnswerRule: Sendable {
    /// What the body holds.
    enum Content: Sendable {
        /// No body.
        case nothing
        /// `{"data": …}`.
        case data(Schema)
        /// `{"data": […], "page_size": …, "next_cursor": …, "total"?: …}`.
        case page(Schema)
        /// Server-sent events, by their names.
        case events([EventRule])
        /// A body of another type, described in words.
        case other(type: String, summary: String)
    }

    let status: HTTPResponse.Status
    let content: Content
    /// What it may be instead.
    var other: (status: HTTPResponse.Status, content: Content)?
    /// Whether it holds something that is shown this once, so that it is not kept for a repeated request.
    var isSecret = false

    static let noContent = AnswerRule(status: .noContent, content: .nothing)

    static func ok(_ schema: Schema) -> AnswerRule { AnswerRule(status: .ok, content: .data(schema)) }

    static func created(_ schema: Schema) -> AnswerRule { AnswerRule(status: .created, content: .data(schema)) }

    static func page(_ schema: Schema) -> AnswerRule { AnswerRule(status: .ok, content: .page(schema)) }

    /// The same, with another status for some cases, and another content unless it is the same.
    func or(_ status: HTTPResponse.Status, _ content: Content? = nil) -> AnswerRule {
        var rule = self
        rule.other = (status, content ?? self.content)
        return rule
    }

    static func events(_ rules: [EventRule]) -> AnswerRule { AnswerRule(status: .ok, content: .events(rules)) }

    /// The same, with something that is shown this once.
    var secret: AnswerRule {
        var rule = self
        rule.isSecret = true
        return rule
    }
}

/// An event of a stream.
struct EventRule: Sendable {
    let name: String
    let data: Schema
    let summary: String

    init(_ name: String, _ data: Schema, _ summary: String) {
        self.name = name
        self.data = data
        self.summary = summary
    }
}

/// A route of the API, with everything that is to be known about it: the router, the checks in front of the handler, the
/// description of the API and the test of all accesses come from it.
struct APIRoute: Sendable {
    /// The name of the operation, unique.
    let name: String
    let method: HTTPRequest.Method
    /// The path behind `/api/v1`.
    let path: String
    let tag: String
    let summary: String
    let access: RouteAccess
    /// What the parameters of the path are that are no identifiers.
    var parameters: [String: Schema] = [:]
    var query: [QueryParameter] = []
    /// What the body must be; `nil` for none.
    var body: Schema?
    let answer: AnswerRule
    /// What else may be answered, besides what follows from the other members.
    var problems: [Int: String] = [:]
    /// Whether the thing has a tag that `If-Match` compares with.
    var isVersioned = false
    /// What it streams; a ticket for that opens it as a token does.
    var stream: ActivityKind?
    /// Whether parameters of the query are let through that nobody has declared.
    var ignoresOtherQuery = false
    /// Whether a session will do that works for one company only, where the user's own account is concerned.
    var isForCompanySessions = false
    let handler: @Sendable (APICall) async throws -> APIAnswer

    /// The whole path.
    var fullPath: String { APIPath.prefix + path }
}

/// Where the API is.
enum APIPath {
    static let prefix = "/api/v1"
}
