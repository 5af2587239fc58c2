import WorkflowStore

extension PlatformSchema {
    /// The labels of workflows, and the rows by which they are found: of a company, an organization or a project.
    static func labels(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            ALTER TABLE platform_workflows ADD COLUMN labels \(text) NOT NULL DEFAULT '{}';
            CREATE TABLE platform_workflow_labels (
                workflow_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                company_id \(text) NOT NULL,
                organization_id \(text) NOT NULL,
                project_id \(text) NOT NULL,
                name \(text) NOT NULL,
                value \(text) NOT NULL,
                PRIMARY KEY (workflow_id, name)
            );
            CREATE INDEX platform_workflow_labels_company
                ON platform_workflow_labels (company_id, name, value, workflow_id);
            CREATE INDEX platform_workflow_labels_organization
                ON platform_workflow_labels (organization_id, name, value, workflow_id);
            CREATE INDEX platform_workflow_labels_project
                ON platform_workflow_labels (project_id, name, value, workflow_id);
            """
    }
}
