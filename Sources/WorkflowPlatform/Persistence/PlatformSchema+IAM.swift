import WorkflowStore

extension PlatformSchema {
    /// Who vouches for programs of a company, which roles they have then, and the tokens that were given out.
    static func identityManagement(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_iam_providers (
                id \(text) NOT NULL PRIMARY KEY,
                company_id \(text) NOT NULL REFERENCES platform_companies (id) ON DELETE CASCADE,
                provider_type \(text) NOT NULL,
                name \(text) NOT NULL,
                config \(text) NOT NULL,
                secret \(text),
                enabled BIGINT NOT NULL,
                revision BIGINT NOT NULL,
                created_by \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                UNIQUE (company_id, name)
            );
            CREATE INDEX platform_iam_providers_company ON platform_iam_providers (company_id, id);

            CREATE TABLE platform_iam_mappings (
                id \(text) NOT NULL PRIMARY KEY,
                provider_id \(text) NOT NULL REFERENCES platform_iam_providers (id) ON DELETE CASCADE,
                company_id \(text) NOT NULL,
                external_identifier \(text) NOT NULL,
                resource_type \(text) NOT NULL,
                resource_id \(text) NOT NULL,
                role \(text) NOT NULL,
                created_by \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                UNIQUE (provider_id, external_identifier, resource_type, resource_id)
            );
            CREATE INDEX platform_iam_mappings_provider ON platform_iam_mappings (provider_id, id);

            CREATE TABLE platform_iam_tokens (
                hash \(text) NOT NULL PRIMARY KEY,
                provider_id \(text) NOT NULL REFERENCES platform_iam_providers (id) ON DELETE CASCADE,
                user_id \(text) NOT NULL,
                name \(text) NOT NULL,
                identities \(text) NOT NULL,
                proof \(text) UNIQUE,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL
            );
            CREATE INDEX platform_iam_tokens_provider ON platform_iam_tokens (provider_id);
            CREATE INDEX platform_iam_tokens_expiry ON platform_iam_tokens (expires_at);
            """
    }

    /// Mappings end with what they are on.
    static func mappingsOfResources(_ dialect: SQLDialect) -> String {
        """
        DELETE FROM platform_iam_mappings WHERE resource_id NOT IN (
            SELECT id FROM platform_companies UNION ALL SELECT id FROM platform_organizations
            UNION ALL SELECT id FROM platform_projects UNION ALL SELECT id FROM platform_workflows);
        CREATE INDEX platform_iam_mappings_resource ON platform_iam_mappings (resource_id);
        """
    }
}
