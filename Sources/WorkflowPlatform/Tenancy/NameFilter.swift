import WorkflowStore

/// What is wanted of a list, as people call it: identifiers, short names or names.
struct NameFilter: Sendable {
    /// What follows the conditions on the row `w`; empty when everything is wanted.
    let condition: String
    let arguments: [SQLValue]

    /// Everything.
    static let none = NameFilter(condition: "", arguments: [])

    private init(condition: String, arguments: [SQLValue]) {
        (self.condition, self.arguments) = (condition, arguments)
    }

    /// Reads what the query of a request names.
    init(_ call: APICall) {
        let wanted = Self.conditions.compactMap { condition in call.query[condition.name].map { (condition.text, $0) } }
        self.init(
            condition: wanted.map { " AND \($0.0)" }.joined(),
            arguments: wanted.flatMap { [SQLValue](repeating: .text($0.1), count: 3) })
    }

    /// The parameters of a list of things of one level.
    static func parameters(_ level: ResourceLevel) -> [QueryParameter] {
        let call = "identifier, short name or name"
        let wider = ResourceLevel.allCases.filter { $0 < level }.map { wider in
            QueryParameter(wider.rawValue, .text(1...200), "Only what lies in the \(wider.rawValue) with this \(call).")
        }
        return wider + [QueryParameter("name", .text(1...200), "Only what has this \(call).")]
    }

    private static let conditions: [(name: String, text: String)] = [
        lying(in: .company, "platform_companies"), lying(in: .organization, "platform_organizations"),
        lying(in: .project, "platform_projects"), ("name", "(w.id = ? OR w.slug = ? OR w.name = ?)"),
    ]

    private static func lying(in level: ResourceLevel, _ table: String) -> (name: String, text: String) {
        let called = "c.id = w.\(level.rawValue)_id AND (c.id = ? OR c.slug = ? OR c.name = ?)"
        return (level.rawValue, "EXISTS (SELECT 1 FROM \(table) c WHERE \(called))")
    }
}
