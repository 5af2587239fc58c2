public import HTTPTypes

/// What requests of one method on one route do, for documents such as OpenAPI.
public struct OperationDescription: Sendable, Hashable {
    /// The method.
    public let method: HTTPRequest.Method
    /// The path, when the route leads to several of which this is one; `nil` for that of the route.
    public var path: String?
    /// A word for it that tells the operations of a module apart, such as `list`.
    public var name: String
    /// What it does, in a few words.
    public var summary: String
    /// More about it, in Markdown.
    public var details: String
    /// What the query, the header and the path bring; parameters of the path that are missing here are text.
    public var parameters: [ParameterDescription]
    /// What the body has to be; `nil` for none.
    public var body: BodyDescription?
    /// The answers, by status; see ``add(_:)``.
    public private(set) var responses: [ResponseDescription]
    /// The ways to be let in, one of which is needed; each is a list of credentials that are needed together. Empty
    /// when everybody is let in.
    public var credentials: [[CredentialDescription]] = []
    /// The schemas that others refer to with ``reference(to:)``, by name.
    public private(set) var schemas: JSONObject = [:]

    /// Describes an operation.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - name: A word that tells the operations of a module apart.
    ///   - summary: What it does, in a few words.
    ///   - details: More about it, in Markdown.
    ///   - parameters: What the query, the header and the path bring.
    ///   - body: What the body has to be.
    ///   - responses: The answers.
    public init(
        _ method: HTTPRequest.Method, name: String, summary: String, details: String = "",
        parameters: [ParameterDescription] = [], body: BodyDescription? = nil, responses: [ResponseDescription] = []
    ) {
        self.method = method
        self.name = name
        self.summary = summary
        self.details = details
        self.parameters = parameters
        self.body = body
        self.responses = []
        for response in responses { add(response) }
    }

    /// Adds an answer; what is said about its status already stays, and is one possibility of several.
    public mutating func add(_ response: ResponseDescription) {
        guard let index = responses.firstIndex(where: { $0.status >= response.status }) else {
            responses.append(response)
            return
        }
        if responses[index].status == response.status {
            responses[index].merge(response)
        } else {
            responses.insert(response, at: index)
        }
    }

    /// Gives a schema a name that others can refer to.
    ///
    /// - Parameters:
    ///   - name: The name; unique within the application, such as `orders.resource`.
    ///   - schema: A JSON Schema of 2020-12.
    public mutating func define(_ name: String, _ schema: JSONValue) {
        schemas[Self.schemaName(name)] = schema
    }

    /// Adds a paragraph to ``details``.
    public mutating func addDetails(_ paragraph: String) {
        details += details.isEmpty ? paragraph : "\n\n\(paragraph)"
    }

    /// Asks for a credential besides everything that is asked for already.
    ///
    /// - Parameter alternatives: The credentials one of which is needed.
    public mutating func require(oneOf alternatives: [CredentialDescription]) {
        guard !alternatives.isEmpty else { return }
        let known = credentials.isEmpty ? [[]] : credentials
        let all = known.flatMap { list in
            alternatives.map { list.contains($0) ? list : list + [$0] }
        }
        // Where one credential serves both, nobody needs a second one.
        let shortest = all.map(\.count).min() ?? 0
        credentials = all.filter { $0.count == shortest }.reduce(into: []) { list, next in
            if !list.contains(next) { list.append(next) }
        }
    }

    /// A schema that stands for the one that was defined under a name.
    public static func reference(to name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(schemaName(name))")]
    }

    /// A name in which only letters, digits and `.-_` are left, which differs for different names.
    private static func schemaName(_ name: String) -> String {
        name.unicodeScalars.map { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "-": String(scalar)
            case "_": "__"
            default: "_\(String(scalar.value, radix: 16))_"
            }
        }.joined()
    }
}
