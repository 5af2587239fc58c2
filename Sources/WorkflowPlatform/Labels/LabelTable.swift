import WorkflowCore
import WorkflowStore

/// The rows by which workflows are found by their labels; the labels themselves are with the workflow.
enum LabelTable {
    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_workflow_labels (workflow_id, company_id, organization_id, project_id, name, value)
            VALUES (?, ?, ?, ?, ?, ?)
        """)
    private static let deletion = SQLStatement("DELETE FROM platform_workflow_labels WHERE workflow_id = ?")

    /// Puts the labels of a workflow in place of those that it had.
    static func replace(with workflow: Workflow, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(workflow.id)])
        try insert(workflow, connection)
    }

    /// Adds the labels of a new workflow.
    static func insert(_ workflow: Workflow, _ connection: any SQLConnection) throws {
        for (name, value) in workflow.labels.sorted(by: { $0.key < $1.key }) {
            try connection.execute(
                insertion,
                [
                    .id(workflow.id), .id(workflow.company), .id(workflow.organization), .id(workflow.project),
                    .text(name), .text(value),
                ])
        }
    }

    /// The statement that finds what has all of some labels, and its first arguments.
    ///
    /// - Parameters:
    ///   - columns: The columns of the workflow, which is `w`.
    ///   - labels: One label at least.
    static func selection(
        _ columns: String, _ level: ResourceLevel, _ resource: String, _ filter: NameFilter, _ labels: [Label]
    ) -> (SQLStatement, [SQLValue]) {
        let scope = level == .workflow ? "workflow_id" : "\(level.rawValue)_id"
        let others = labels.dropFirst().map { _ in
            """
             AND EXISTS (SELECT 1 FROM platform_workflow_labels o
                WHERE o.workflow_id = l.workflow_id AND o.name = ? AND o.value = ?)
            """
        }
        let statement = SQLStatement(
            """
            SELECT \(columns) FROM platform_workflow_labels l JOIN platform_workflows w ON w.id = l.workflow_id
                WHERE l.\(scope) = ? AND l.name = ? AND l.value = ?\(others.joined())\(filter.condition)
                AND l.workflow_id < ? ORDER BY l.workflow_id DESC LIMIT ?
            """)
        let named = labels.flatMap { [SQLValue.text($0.name), .text($0.value)] }
        return (statement, [.text(resource)] + named + filter.arguments)
    }
}
