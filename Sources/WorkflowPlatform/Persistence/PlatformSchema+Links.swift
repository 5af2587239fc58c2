import WorkflowStore

extension PlatformSchema {
    /// Links between workflows, and what they have to deliver.
    static func links(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_workflow_links (
                id \(text) NOT NULL PRIMARY KEY,
                company_id \(text) NOT NULL REFERENCES platform_companies (id) ON DELETE CASCADE,
                source_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                target_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                pattern \(text) NOT NULL,
                config \(text) NOT NULL,
                created_by \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                UNIQUE (source_id, target_id, pattern)
            );
            CREATE INDEX platform_workflow_links_company ON platform_workflow_links (company_id);
            CREATE INDEX platform_workflow_links_source ON platform_workflow_links (source_id, id);
            CREATE INDEX platform_workflow_links_target ON platform_workflow_links (target_id, id);

            CREATE TABLE platform_link_deliveries (
                id \(text) NOT NULL PRIMARY KEY,
                link_id \(text) NOT NULL REFERENCES platform_workflow_links (id) ON DELETE CASCADE,
                position \(text) NOT NULL,
                event_type \(text) NOT NULL,
                event_data \(text) NOT NULL,
                event_key \(text) NOT NULL,
                hops BIGINT NOT NULL,
                trace \(text) NOT NULL,
                attempts BIGINT NOT NULL,
                due_at BIGINT NOT NULL,
                last_error \(text) NOT NULL,
                dead BIGINT NOT NULL,
                created_at BIGINT NOT NULL
            );
            CREATE INDEX platform_link_deliveries_due ON platform_link_deliveries (link_id, dead, due_at, position);
            CREATE INDEX platform_link_deliveries_list ON platform_link_deliveries (link_id, dead, position);
            CREATE INDEX platform_link_deliveries_age ON platform_link_deliveries (dead, created_at);
            """
    }
}
