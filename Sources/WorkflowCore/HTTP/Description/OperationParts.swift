/// Something that a request may bring beside its body.
public struct ParameterDescription: Sendable, Hashable {
    /// Where it stands.
    public enum Place: String, Sendable {
        case path, query, header
    }

    /// Where it stands.
    public let place: Place
    /// Its name.
    public let name: String
    /// What it is for, in Markdown.
    public let details: String
    /// Its JSON Schema.
    public let schema: JSONValue
    /// Whether a request without it is refused.
    public let isRequired: Bool

    /// Describes a parameter; those of the path are always required.
    public init(
        _ place: Place, _ name: String, _ details: String, schema: JSONValue = ["type": "string"],
        required: Bool = false
    ) {
        self.place = place
        self.name = name
        self.details = details
        self.schema = schema
        isRequired = required || place == .path
    }
}

/// Content of one media type.
public struct MediaDescription: Sendable, Hashable {
    /// The media type, such as `application/json`.
    public let type: String
    /// Its JSON Schema; `nil` when nothing is known about it.
    public var schema: JSONValue?
    /// An example; `nil` for none.
    public let example: JSONValue?

    /// Describes content.
    public init(_ type: String, schema: JSONValue? = nil, example: JSONValue? = nil) {
        self.type = type
        self.schema = schema
        self.example = example
    }

    /// JSON of a schema.
    public static func json(_ schema: JSONValue, example: JSONValue? = nil) -> MediaDescription {
        MediaDescription("application/json", schema: schema, example: example)
    }
}

/// The body of a request.
public struct BodyDescription: Sendable, Hashable {
    /// What it is, in Markdown.
    public var details: String
    /// What it may be.
    public var content: [MediaDescription]
    /// Whether a request without it is refused.
    public var isRequired: Bool

    /// Describes a body.
    public init(_ details: String = "", content: [MediaDescription], required: Bool = true) {
        self.details = details
        self.content = content
        isRequired = required
    }
}

/// One answer.
public struct ResponseDescription: Sendable, Hashable {
    /// A field of the header.
    public struct Header: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// What it says, in Markdown.
        public let details: String

        /// Describes a field.
        public init(_ name: String, _ details: String) {
            self.name = name
            self.details = details
        }
    }

    /// The status, such as 404.
    public let status: Int
    /// When it is given, in Markdown.
    public var details: String
    /// What it may be; empty for no content.
    public var content: [MediaDescription]
    /// The fields of its header that matter.
    public var headers: [Header]

    /// Describes an answer.
    public init(_ status: Int, _ details: String, content: [MediaDescription] = [], headers: [Header] = []) {
        self.status = status
        self.details = details
        self.content = content
        self.headers = headers
    }

    /// Takes in what else an answer of the same status may be.
    mutating func merge(_ other: ResponseDescription) {
        if !details.contains(other.details) { details += details.isEmpty ? other.details : " \(other.details)" }
        for header in other.headers where !headers.contains(where: { $0.name == header.name }) {
            headers.append(header)
        }
        for media in other.content {
            guard let index = content.firstIndex(where: { $0.type == media.type }) else {
                content.append(media)
                continue
            }
            content[index].add(media.schema)
        }
    }
}

extension MediaDescription {
    fileprivate mutating func add(_ other: JSONValue?) {
        guard let own = schema, let other, own != other else { return }
        let known = own["anyOf"]?.arrayValue ?? [own]
        if !known.contains(other) { schema = ["anyOf": .array(known + [other])] }
    }
}

/// What a client has to show to be let in.
public struct CredentialDescription: Sendable, Hashable {
    /// A name that is unique within the application.
    public let name: String
    /// The security scheme of OpenAPI.
    public let scheme: JSONValue

    /// A token that is sent as `Authorization: Bearer <token>`.
    ///
    /// - Parameters:
    ///   - name: The module that checks it.
    ///   - format: What kind of token it is, such as `JWT`; `nil` when it is not known.
    ///   - details: How to get one, in Markdown.
    public static func bearer(_ name: String, format: String? = nil, details: String = "") -> CredentialDescription {
        var scheme: JSONObject = ["type": "http", "scheme": "bearer"]
        if let format { scheme["bearerFormat"] = .string(format) }
        if !details.isEmpty { scheme["description"] = .string(details) }
        return CredentialDescription(name: name, scheme: .object(scheme))
    }
}
