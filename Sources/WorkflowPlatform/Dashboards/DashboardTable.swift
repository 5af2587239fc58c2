import WorkflowCore
import WorkflowStore

/// Reads what dashboards show: a few queries for each thing that somebody has a role on, however many workflows lie in it.
enum DashboardTable {
    /// The queries for things of one level.
    private struct Statements {
        let page: SQLStatement
        let executionsOfPage: SQLStatement
        let workflows: SQLStatement
        let executions: SQLStatement
        let logs: SQLStatement

        init(_ column: String, _ logColumn: String) {
            let levels = LogCountTable.columns
            page = SQLStatement(
                """
                SELECT w.id, w.name, w.status, \(levels.map { "COALESCE(c.\($0), 0)" }.joined(separator: ", "))
                    FROM platform_workflows w LEFT JOIN platform_log_counts c ON c.workflow_id = w.id
                    WHERE w.\(column) = ? AND w.id < ? ORDER BY w.id DESC LIMIT ?
                """)
            executionsOfPage = SQLStatement(
                """
                SELECT e.workflow_id, e.status, e.count
                    FROM platform_workflows w JOIN platform_execution_counts e ON e.workflow_id = w.id
                    WHERE w.\(column) = ? AND w.id >= ? AND w.id <= ?
                """)
            workflows = SQLStatement(
                "SELECT status, COUNT(*) FROM platform_workflows WHERE \(column) = ? GROUP BY status")
            executions = SQLStatement(
                """
                SELECT e.status, CAST(SUM(e.count) AS BIGINT)
                    FROM platform_workflows w JOIN platform_execution_counts e ON e.workflow_id = w.id
                    WHERE w.\(column) = ? GROUP BY e.status
                """)
            let sums = levels.map { "CAST(COALESCE(SUM(\($0)), 0) AS BIGINT)" }.joined(separator: ", ")
            logs = SQLStatement("SELECT \(sums) FROM platform_log_counts WHERE \(logColumn) = ?")
        }
    }

    private static let company = Statements("company_id", "company_id")
    private static let organization = Statements("organization_id", "organization_id")
    private static let project = Statements("project_id", "project_id")
    private static let workflow = Statements("id", "workflow_id")

    private static func statements(_ level: ResourceLevel) -> Statements {
        switch level {
        case .company: company
        case .organization: organization
        case .project: project
        case .workflow: workflow
        }
    }

    /// The dashboard of all workflows that somebody may see.
    static func dashboard(
        of reach: Reach, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Dashboard {
        var dashboard = Dashboard(page: try summaries(reach, page, connection))
        for place in reach.places {
            let (statements, id) = (statements(place.level), SQLValue.text(place.resource))
            try add(statements.workflows, id, to: &dashboard.workflows, connection)
            try add(statements.executions, id, to: &dashboard.executions, connection)
            let logs = try connection.first(statements.logs, [id]) { LogCountTable.read($0) }
            dashboard.logs = dashboard.logs + (logs ?? LogCounts())
        }
        return dashboard
    }

    /// Adds what a query for names and counts finds.
    private static func add<Status: RawRepresentable<String> & Hashable>(
        _ statement: SQLStatement, _ place: SQLValue, to counts: inout [Status: Int64],
        _ connection: any SQLConnection
    ) throws {
        try connection.query(statement, [place]) { row in
            let row = RowReader(row)
            counts[try row.named(), default: 0] += row.integer()
        }
    }

    private static func summaries(
        _ reach: Reach, _ page: PageRequest, _ connection: any SQLConnection
    ) throws -> Page<Dashboard.Summary> {
        var found: [Dashboard.Summary] = []
        for place in reach.places {
            found += try connection.all(
                statements(place.level).page,
                [.text(place.resource), .text(page.cursor.key), .integer(Int64(page.limit + 1))]
            ) { row in
                Dashboard.Summary(
                    workflow: row.id(), name: row.text(), status: try row.named(), logs: LogCountTable.read(row))
            }
        }
        found.sort { $0.workflow > $1.workflow }
        var result = Page(Array(found.prefix(page.limit + 1)), limit: page.limit) { $0.workflow.text }
        guard let newest = result.items.first?.workflow, let oldest = result.items.last?.workflow else { return result }
        var executions: [ID<Workflow>: [Execution.Status: Int64]] = [:]
        for place in reach.places {
            try connection.query(
                statements(place.level).executionsOfPage,
                [.text(place.resource), .id(oldest), .id(newest)]
            ) { row in
                let row = RowReader(row)
                executions[row.id(), default: [:]][try row.named()] = row.integer()
            }
        }
        for index in result.items.indices {
            result.items[index].executions = executions[result.items[index].workflow] ?? [:]
        }
        return result
    }
}
