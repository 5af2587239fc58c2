import HTTPTypes
import WorkflowCore
import WorkflowStore

/// An environment of a company.
struct CompanyEnvironment: Sendable, Hashable {
    let name: EnvironmentName
    /// Whether another version gets there only when somebody else has approved it.
    var needsApproval = false
}

/// The environments that the workflows of a company run in. There is always ``EnvironmentName/production``.
struct CompanyEnvironments: Sendable, Hashable {
    static let most = 10

    /// What companies have that have chosen nothing else.
    static let standard = CompanyEnvironments(
        all: ["dev", "staging", "prod"].map { CompanyEnvironment(name: EnvironmentName(stored: $0)) }, revision: 0)

    var all: [CompanyEnvironment]
    /// Counts the changes.
    var revision: Int64

    subscript(_ name: EnvironmentName) -> CompanyEnvironment? { all.first { $0.name == name } }

    /// The environment with a name that a request gives.
    ///
    /// - Parameter pointer: Where in the request.
    /// - Throws: ``HTTPError`` 400 when the company has none.
    func require(_ text: String, at pointer: String) throws -> CompanyEnvironment {
        if let name = EnvironmentName(text), let environment = self[name] { return environment }
        let names = all.map(\.name.text).joined(separator: ", ")
        let detail = "The company has no such environment; it has \(names)."
        throw PlatformError.invalid([SchemaProblem(pointer: pointer, detail: detail)])
    }

    var json: JSONValue {
        .array(all.map { ["name": .string($0.name.text), "requires_approval": .bool($0.needsApproval)] })
    }

    /// Reads what ``json`` writes.
    init(json: JSONValue, revision: Int64) {
        all = (json.arrayValue ?? []).map { item in
            CompanyEnvironment(
                name: EnvironmentName(stored: item["name"]?.stringValue ?? ""),
                needsApproval: item["requires_approval"]?.boolValue ?? false)
        }
        self.revision = revision
    }

    init(all: [CompanyEnvironment], revision: Int64) {
        self.all = all
        self.revision = revision
    }
}

/// The rows of the environments of companies.
enum CompanyEnvironmentTable {
    private static let selection = SQLStatement(
        "SELECT environments, revision FROM platform_company_environments WHERE company_id = ?")
    private static let saving = SQLStatement(
        """
        INSERT INTO platform_company_environments (company_id, environments, revision) VALUES (?, ?, ?)
            ON CONFLICT (company_id) DO UPDATE SET environments = excluded.environments, revision = excluded.revision
        """)

    static func find(_ company: ID<Company>, _ connection: any SQLConnection) throws -> CompanyEnvironments {
        let found = try connection.first(selection, [.id(company)]) { row in
            CompanyEnvironments(json: try JSONValue(parsing: row.text()), revision: row.integer())
        }
        return found ?? .standard
    }

    /// Saves them; call it behind the lock of the company.
    static func save(
        _ environments: CompanyEnvironments, of company: ID<Company>, _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            saving, [.id(company), .json(environments.json), .integer(environments.revision)])
    }
}
