import WorkflowCore
import WorkflowStore

/// The rows of limits and of what has been used.
enum QuotaTable {
    private static let selection = SQLStatement(
        "SELECT workflows, deployments, executions, requests FROM platform_quotas WHERE company_id = ?")
    private static let saving = SQLStatement(
        """
        INSERT INTO platform_quotas (company_id, workflows, deployments, executions, requests) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (company_id) DO UPDATE SET workflows = excluded.workflows,
            deployments = excluded.deployments, executions = excluded.executions, requests = excluded.requests
        """)
    private static let companyBySlug = SQLStatement("SELECT id FROM platform_companies WHERE slug = ?")
    private static let workflows = SQLStatement("SELECT COUNT(*) FROM platform_workflows WHERE company_id = ?")
    private static let deployments = SQLStatement(
        """
        SELECT COUNT(*) FROM platform_workflow_environments WHERE company_id = ? AND status = 'active'
        """)
    private static let executions = SQLStatement(
        "SELECT executions FROM platform_usage WHERE company_id = ? AND month = ?")
    private static let addition = SQLStatement(
        """
        INSERT INTO platform_usage (company_id, month, executions) VALUES (?, ?, ?)
            ON CONFLICT (company_id, month) DO UPDATE SET executions = platform_usage.executions + excluded.executions
        """)
    private static let cautiousAddition = SQLStatement(
        """
        INSERT INTO platform_usage (company_id, month, executions) VALUES (?, ?, 1)
            ON CONFLICT (company_id, month) DO UPDATE SET executions = platform_usage.executions + 1
            WHERE platform_usage.executions < ?
        """)

    /// What was decided about a company.
    static func find(_ company: ID<Company>, _ connection: any SQLConnection) throws -> [Quota: QuotaChoice] {
        let row = try connection.first(selection, [.id(company)]) { row in
            (0..<4).map { _ in QuotaChoice(stored: row.optionalInteger()) }
        }
        return Dictionary(uniqueKeysWithValues: zip(Quota.allCases, row ?? Array(repeating: .standard, count: 4)))
    }

    static func save(
        _ choices: [Quota: QuotaChoice], of company: ID<Company>, _ connection: any SQLConnection
    ) throws {
        let values = Quota.allCases.map { quota -> SQLValue in
            choices[quota]?.stored.map { .integer($0) } ?? .null
        }
        try connection.execute(saving, [.id(company)] + values)
    }

    static func company(slug: String, _ connection: any SQLConnection) throws -> ID<Company>? {
        try connection.first(companyBySlug, [.text(slug)]) { $0.id() }
    }

    static func workflows(of company: ID<Company>, _ connection: any SQLConnection) throws -> Int {
        try connection.count(workflows, [.id(company)])
    }

    static func deployments(of company: ID<Company>, _ connection: any SQLConnection) throws -> Int {
        try connection.count(deployments, [.id(company)])
    }

    static func executions(
        of company: ID<Company>, in month: CalendarMonth, _ connection: any SQLConnection
    ) throws -> Int {
        try connection.count(executions, [.id(company), .text(month.name)])
    }

    static func add(
        executions count: Int, of company: ID<Company>, in month: CalendarMonth, _ connection: any SQLConnection
    ) throws {
        try connection.execute(addition, [.id(company), .text(month.name), .integer(Int64(count))])
    }

    /// Counts one execution unless there are as many as there may be.
    ///
    /// - Parameter limit: One at least.
    /// - Returns: Whether it was counted.
    static func addExecution(
        of company: ID<Company>, in month: CalendarMonth, upTo limit: Int, _ connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(
            cautiousAddition, [.id(company), .text(month.name), .integer(Int64(limit))]) == 1
    }
}
