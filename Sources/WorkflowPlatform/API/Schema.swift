import WorkflowCore

/// What a JSON value must be: checks the bodies of requests, and stands in the description of the API.
indirect enum Schema: Sendable {
    /// A text of so many characters, of a form if one is named.
    case string(StringRule)
    /// A whole number in a range.
    case integer(ClosedRange<Int>)
    /// `true` or `false`.
    case boolean
    /// A list.
    case array(Schema, maximum: Int)
    /// An object with known members.
    case object([Member])
    /// An object whose members have names of a kind, and values of a kind.
    case map(names: StringRule, values: Schema, maximum: Int)
    /// An object with any members.
    case freeObject(maximumBytes: Int)
    /// Anything.
    case any
    /// A value, or `null`.
    case nullable(Schema)
    /// A schema that others refer to by its name.
    case named(String, Schema)

    /// What a text must be.
    struct StringRule: Sendable {
        /// The forms that texts have.
        enum Form: String, Sendable {
            case email, uuid, uri
            case time = "date-time"
            case slug
            case password
            /// A name such as those of variables.
            case variable
            /// The name of a label.
            case label
            /// A label as lists are filtered by it.
            case labelFilter
        }

        var length: ClosedRange<Int> = 0...10_000
        var form: Form?
        var values: [String] = []
    }

    /// A member of an object.
    struct Member: Sendable {
        let name: String
        let schema: Schema
        let isRequired: Bool
        let summary: String
    }

    /// A text of so many characters.
    static func text(_ length: ClosedRange<Int>, _ form: StringRule.Form? = nil) -> Schema {
        .string(StringRule(length: length, form: form))
    }

    /// One of a few texts.
    static func oneOf(_ values: [String]) -> Schema {
        .string(StringRule(length: 0...100, values: values))
    }

    /// The identifier of something.
    static let id = Schema.text(36...36, .uuid)
    /// A point in time.
    static let time = Schema.text(20...40, .time)
    /// An e-mail address.
    static let email = Schema.text(3...254, .email)
    /// A name for people.
    static let name = Schema.text(1...200)
    /// A role.
    static let role = Schema.oneOf(Role.allCases.map(\.rawValue))
    /// What clients keep with something.
    static let metadata = Schema.freeObject(maximumBytes: 16_384)
}

extension Schema.Member {
    /// A member that must be there.
    static func required(_ name: String, _ schema: Schema, _ summary: String = "") -> Self {
        Self(name: name, schema: schema, isRequired: true, summary: summary)
    }

    /// A member that may be left out.
    static func optional(_ name: String, _ schema: Schema, _ summary: String = "") -> Self {
        Self(name: name, schema: schema, isRequired: false, summary: summary)
    }
}
