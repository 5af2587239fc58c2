import WorkflowStore

extension PlatformSchema {
    /// The environments of companies, what of a workflow is wanted in each of them, and promotions between them.
    static func environments(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_company_environments (
                company_id \(text) NOT NULL PRIMARY KEY REFERENCES platform_companies (id) ON DELETE CASCADE,
                environments \(text) NOT NULL,
                revision BIGINT NOT NULL
            );
            CREATE TABLE platform_workflow_environments (
                workflow_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                environment \(text) NOT NULL,
                company_id \(text) NOT NULL,
                status \(text) NOT NULL,
                deployed_version BIGINT,
                PRIMARY KEY (workflow_id, environment)
            );
            CREATE INDEX platform_workflow_environments_company
                ON platform_workflow_environments (company_id, environment, status);
            CREATE INDEX platform_workflow_environments_status
                ON platform_workflow_environments (status, workflow_id, environment);
            INSERT INTO platform_workflow_environments (workflow_id, environment, company_id, status, deployed_version)
                SELECT id, 'prod', company_id, status, deployed_version FROM platform_workflows
                WHERE status <> 'draft';

            ALTER TABLE platform_deployments ADD COLUMN environment \(text) NOT NULL DEFAULT 'prod';
            DROP INDEX platform_deployments_current;
            CREATE UNIQUE INDEX platform_deployments_current ON platform_deployments (workflow_id, environment)
                WHERE ended_at IS NULL;
            CREATE INDEX platform_deployments_environment
                ON platform_deployments (workflow_id, environment, number);

            CREATE TABLE platform_secrets (
                workflow_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                environment \(text) NOT NULL,
                name \(text) NOT NULL,
                sealed \(text) NOT NULL,
                revision BIGINT NOT NULL,
                updated_by \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                PRIMARY KEY (workflow_id, environment, name)
            );
            INSERT INTO platform_secrets
                (workflow_id, environment, name, sealed, revision, updated_by, created_at, updated_at)
                SELECT workflow_id, 'prod', name, sealed, revision, updated_by, created_at, updated_at
                FROM platform_workflow_secrets;
            DROP TABLE platform_workflow_secrets;

            CREATE TABLE platform_promotions (
                id \(text) NOT NULL PRIMARY KEY,
                workflow_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                source \(text) NOT NULL,
                target \(text) NOT NULL,
                version BIGINT NOT NULL,
                status \(text) NOT NULL,
                comment \(text) NOT NULL,
                requested_by \(text) NOT NULL,
                key_made_by \(text),
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                decided_by \(text),
                decided_at BIGINT,
                decision_comment \(text) NOT NULL
            );
            CREATE INDEX platform_promotions_workflow ON platform_promotions (workflow_id, id);
            CREATE UNIQUE INDEX platform_promotions_pending ON platform_promotions (workflow_id, target)
                WHERE status = 'pending';
            """
    }
}
