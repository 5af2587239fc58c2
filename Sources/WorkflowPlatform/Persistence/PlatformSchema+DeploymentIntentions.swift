import WorkflowStore

extension PlatformSchema {
    /// Deployments that have begun.
    static func deploymentIntentions(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_deployment_intentions (
                workflow_id \(text) NOT NULL REFERENCES platform_workflows (id) ON DELETE CASCADE,
                environment \(text) NOT NULL,
                id \(text) NOT NULL,
                version BIGINT NOT NULL,
                user_id \(text) NOT NULL,
                begun_at BIGINT NOT NULL,
                document \(text) NOT NULL,
                PRIMARY KEY (workflow_id, environment)
            );
            """
    }

    /// Removals that have begun.
    static func removals(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_removals (
                workflow_id \(text) NOT NULL,
                environment \(text) NOT NULL,
                PRIMARY KEY (workflow_id, environment)
            );
            """
    }
}
