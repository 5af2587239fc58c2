import WorkflowStore

extension PlatformSchema {
    /// Workflows, their versions, what was deployed, and their secrets, which are there encrypted only.
    static func workflows(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_workflows (
                id \(text) NOT NULL PRIMARY KEY,
                company_id \(text) NOT NULL REFERENCES platform_companies (id) ON DELETE CASCADE,
                organization_id \(text) NOT NULL REFERENCES platform_organizations (id) ON DELETE CASCADE,
                project_id \(text) NOT NULL REFERENCES platform_projects (id) ON DELETE CASCADE,
                name \(text) NOT NULL,
                slug \(text) NOT NULL,
                description \(text) NOT NULL,
                version BIGINT NOT NULL,
                status \(text) NOT NULL,
                deployed_version BIGINT,
                created_by \(text) NOT NULL,
                updated_by \(text) NOT NULL,
                revision BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                UNIQUE (project_id, slug)
            );
            CREATE INDEX platform_workflows_company ON platform_workflows (company_id, id);
            CREATE INDEX platform_workflows_organization ON platform_workflows (organization_id, id);
            CREATE INDEX platform_workflows_project ON platform_workflows (project_id, id);
            CREATE INDEX platform_workflows_status ON platform_workflows (status, id);

            CREATE TABLE platform_workflow_versions (
                workflow_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                version BIGINT NOT NULL,
                config_yaml \(text) NOT NULL,
                created_by \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                PRIMARY KEY (workflow_id, version)
            );

            CREATE TABLE platform_deployments (
                workflow_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                number BIGINT NOT NULL,
                version BIGINT NOT NULL,
                deployed_by \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                ended_at BIGINT,
                PRIMARY KEY (workflow_id, number)
            );
            CREATE UNIQUE INDEX platform_deployments_current ON platform_deployments (workflow_id)
                WHERE ended_at IS NULL;

            CREATE TABLE platform_data_keys (
                company_id \(text) NOT NULL PRIMARY KEY REFERENCES platform_companies (id) ON DELETE CASCADE,
                sealed \(text) NOT NULL,
                created_at BIGINT NOT NULL
            );
            CREATE TABLE platform_workflow_secrets (
                workflow_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                name \(text) NOT NULL,
                sealed \(text) NOT NULL,
                revision BIGINT NOT NULL,
                updated_by \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                PRIMARY KEY (workflow_id, name)
            );
            """
    }
}
