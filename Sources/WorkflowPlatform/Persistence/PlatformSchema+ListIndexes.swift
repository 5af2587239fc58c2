import WorkflowStore

extension PlatformSchema {
    /// Indexes for lists that leave out what has ended, and for the filters of the audit log. There is far more that
    /// has ended than what has not.
    static func listIndexes(_ dialect: SQLDialect) -> String {
        """
        CREATE INDEX platform_invitations_open ON platform_invitations (company_id, id)
            WHERE accepted_at IS NULL AND revoked_at IS NULL;
        CREATE INDEX platform_api_keys_open ON platform_api_keys (company_id, id) WHERE revoked_at IS NULL;
        CREATE INDEX platform_api_keys_open_user ON platform_api_keys (company_id, user_id, id)
            WHERE revoked_at IS NULL;
        CREATE INDEX platform_sessions_open ON platform_sessions (user_id, id) WHERE ended_at IS NULL;
        CREATE INDEX platform_audit_time ON platform_audit (company_id, created_at, sequence);
        CREATE INDEX platform_audit_type ON platform_audit (company_id, resource_type, sequence);
        """
    }

    /// The projects of a company in their order.
    static func projectList(_ dialect: SQLDialect) -> String {
        """
        DROP INDEX platform_projects_company;
        CREATE INDEX platform_projects_company ON platform_projects (company_id, id);
        """
    }
}
