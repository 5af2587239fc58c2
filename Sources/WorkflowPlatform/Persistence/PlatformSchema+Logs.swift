import WorkflowStore

extension PlatformSchema {
    /// The lines of workflows' logs, and how many each has.
    ///
    /// Lines do not go with their workflow in one transaction, which would take long: the hourly cleaning removes them.
    static func logs(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_logs (
                id \(dialect.sequenceKey),
                workflow_id \(text) NOT NULL,
                environment \(text) NOT NULL,
                execution_id \(text),
                level BIGINT NOT NULL,
                module_name \(text) NOT NULL,
                message \(text) NOT NULL,
                trace_id \(text),
                fields \(text) NOT NULL,
                created_at BIGINT NOT NULL
            );
            CREATE INDEX platform_logs_workflow ON platform_logs (workflow_id, id);
            CREATE INDEX platform_logs_environment ON platform_logs (workflow_id, environment, id);
            CREATE INDEX platform_logs_execution ON platform_logs (workflow_id, execution_id, id)
                WHERE execution_id IS NOT NULL;

            CREATE TABLE platform_log_counts (
                workflow_id \(text) NOT NULL PRIMARY KEY REFERENCES platform_workflows (id) ON DELETE CASCADE,
                company_id \(text) NOT NULL,
                organization_id \(text) NOT NULL,
                project_id \(text) NOT NULL,
                debug BIGINT NOT NULL,
                info BIGINT NOT NULL,
                warn BIGINT NOT NULL,
                error BIGINT NOT NULL,
                fatal BIGINT NOT NULL,
                removed_through BIGINT NOT NULL
            );
            CREATE INDEX platform_log_counts_company ON platform_log_counts (company_id);
            CREATE INDEX platform_log_counts_organization ON platform_log_counts (organization_id);
            CREATE INDEX platform_log_counts_project ON platform_log_counts (project_id);
            """
    }
}
