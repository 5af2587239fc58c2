import WorkflowStore

extension PlatformSchema {
    /// What operators have decided about single companies (-1 is unlimited), and what companies have used.
    static func quotas(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_quotas (
                company_id \(text) NOT NULL PRIMARY KEY REFERENCES platform_companies (id) ON DELETE CASCADE,
                workflows BIGINT,
                deployments BIGINT,
                executions BIGINT,
                requests BIGINT
            );
            CREATE TABLE platform_usage (
                company_id \(text) NOT NULL REFERENCES platform_companies (id) ON DELETE CASCADE,
                month \(text) NOT NULL,
                executions BIGINT NOT NULL,
                PRIMARY KEY (company_id, month)
            );
            """
    }
}
