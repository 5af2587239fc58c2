import WorkflowStore

/// The tables of the platform. Times are nanoseconds since 1970, truth values 0 and 1.
enum PlatformSchema {
    /// Where it is noted which migrations have been applied.
    static let versionTable = "platform_migrations"

    /// All migrations, oldest first. Only ever add at the end.
    static let migrations: [SQLMigration] = [
        SQLMigration(name: "001-identity", script: identity),
        SQLMigration(name: "002-tenancy", script: tenancy),
        SQLMigration(name: "003-credentials", script: credentials),
        SQLMigration(name: "004-audit", script: audit),
        SQLMigration(name: "005-workflows", script: workflows),
        SQLMigration(name: "006-sso", script: singleSignOn),
        SQLMigration(name: "007-executions", script: executions),
        SQLMigration(name: "008-logs", script: logs),
        SQLMigration(name: "009-labels", script: labels),
        SQLMigration(name: "010-environments", script: environments),
        SQLMigration(name: "011-quotas", script: quotas),
        SQLMigration(name: "012-account-deletion", script: accountDeletion),
        SQLMigration(name: "012-links", script: links),
        SQLMigration(name: "013-iam", script: identityManagement),
        SQLMigration(name: "014-devices", script: devices),
        SQLMigration(name: "020-list-indexes", script: listIndexes),
        SQLMigration(name: "021-deployment-intentions", script: deploymentIntentions),
        SQLMigration(name: "022-registrations", script: registrations),
        SQLMigration(name: "023-project-list", script: projectList),
        SQLMigration(name: "024-mappings-of-resources", script: mappingsOfResources),
        SQLMigration(name: "025-removals", script: removals),
        SQLMigration(name: "026-used-tokens", script: usedTokens),
    ]

    private static func usedTokens(_ dialect: SQLDialect) -> String {
        """
        CREATE INDEX platform_refresh_tokens_used ON platform_refresh_tokens (used_at) WHERE used_at IS NOT NULL;
        """
    }

    private static func identity(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_settings (
                name \(text) NOT NULL PRIMARY KEY,
                value \(text) NOT NULL
            );
            CREATE TABLE platform_users (
                id \(text) NOT NULL PRIMARY KEY,
                kind \(text) NOT NULL,
                company_id \(text),
                email \(text) NOT NULL,
                email_key \(text) UNIQUE,
                email_verified BIGINT NOT NULL,
                password_hash \(text),
                display_name \(text) NOT NULL,
                avatar_url \(text) NOT NULL,
                active BIGINT NOT NULL,
                totp_secret \(text),
                totp_confirmed BIGINT NOT NULL,
                totp_last_step BIGINT NOT NULL,
                revision BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                last_login_at BIGINT
            );
            CREATE INDEX platform_users_company ON platform_users (company_id, id) WHERE company_id IS NOT NULL;

            CREATE TABLE platform_sessions (
                id \(text) NOT NULL PRIMARY KEY,
                user_id \(text) NOT NULL REFERENCES platform_users (id) ON DELETE CASCADE,
                address \(text) NOT NULL,
                user_agent \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                last_used_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                ended_at BIGINT,
                end_reason \(text)
            );
            CREATE INDEX platform_sessions_user ON platform_sessions (user_id, id);
            CREATE INDEX platform_sessions_expiry ON platform_sessions (expires_at);

            CREATE TABLE platform_refresh_tokens (
                hash \(text) NOT NULL PRIMARY KEY,
                session_id \(text) NOT NULL REFERENCES platform_sessions (id) ON DELETE CASCADE,
                created_at BIGINT NOT NULL,
                used_at BIGINT
            );
            CREATE INDEX platform_refresh_tokens_session ON platform_refresh_tokens (session_id);

            CREATE TABLE platform_one_time_tokens (
                hash \(text) NOT NULL PRIMARY KEY,
                purpose \(text) NOT NULL,
                user_id \(text) NOT NULL REFERENCES platform_users (id) ON DELETE CASCADE,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL
            );
            CREATE INDEX platform_one_time_tokens_user ON platform_one_time_tokens (user_id, purpose);
            CREATE INDEX platform_one_time_tokens_expiry ON platform_one_time_tokens (expires_at);

            CREATE TABLE platform_recovery_codes (
                hash \(text) NOT NULL PRIMARY KEY,
                user_id \(text) NOT NULL REFERENCES platform_users (id) ON DELETE CASCADE
            );
            CREATE INDEX platform_recovery_codes_user ON platform_recovery_codes (user_id);

            CREATE TABLE platform_idempotency (
                user_id \(text) NOT NULL,
                key \(text) NOT NULL,
                request \(text) NOT NULL,
                status BIGINT NOT NULL,
                body \(text) NOT NULL,
                headers \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                PRIMARY KEY (user_id, key)
            );
            CREATE INDEX platform_idempotency_age ON platform_idempotency (created_at);
            """
    }

    private static func tenancy(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_companies (
                id \(text) NOT NULL PRIMARY KEY,
                name \(text) NOT NULL,
                slug \(text) NOT NULL UNIQUE,
                created_by \(text) NOT NULL,
                metadata \(text) NOT NULL,
                revision BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL
            );
            CREATE TABLE platform_organizations (
                id \(text) NOT NULL PRIMARY KEY,
                company_id \(text) NOT NULL REFERENCES platform_companies (id) ON DELETE CASCADE,
                name \(text) NOT NULL,
                slug \(text) NOT NULL,
                metadata \(text) NOT NULL,
                revision BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                UNIQUE (company_id, slug)
            );
            CREATE INDEX platform_organizations_company ON platform_organizations (company_id, id);

            CREATE TABLE platform_projects (
                id \(text) NOT NULL PRIMARY KEY,
                company_id \(text) NOT NULL REFERENCES platform_companies (id) ON DELETE CASCADE,
                organization_id \(text) NOT NULL REFERENCES platform_organizations (id) ON DELETE CASCADE,
                name \(text) NOT NULL,
                slug \(text) NOT NULL,
                description \(text) NOT NULL,
                metadata \(text) NOT NULL,
                revision BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                UNIQUE (organization_id, slug)
            );
            CREATE INDEX platform_projects_company ON platform_projects (company_id);
            CREATE INDEX platform_projects_organization ON platform_projects (organization_id, id);

            CREATE TABLE platform_memberships (
                id \(text) NOT NULL PRIMARY KEY,
                user_id \(text) NOT NULL REFERENCES platform_users (id) ON DELETE CASCADE,
                company_id \(text) NOT NULL REFERENCES platform_companies (id) ON DELETE CASCADE,
                level \(text) NOT NULL,
                resource_id \(text) NOT NULL,
                role \(text) NOT NULL,
                revision BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                UNIQUE (user_id, resource_id)
            );
            CREATE INDEX platform_memberships_resource ON platform_memberships (resource_id, id);
            CREATE INDEX platform_memberships_company ON platform_memberships (company_id);
            """
    }

    private static func credentials(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_api_keys (
                id \(text) NOT NULL PRIMARY KEY,
                company_id \(text) NOT NULL REFERENCES platform_companies (id) ON DELETE CASCADE,
                user_id \(text) NOT NULL REFERENCES platform_users (id) ON DELETE CASCADE,
                name \(text) NOT NULL,
                prefix \(text) NOT NULL,
                hash \(text) NOT NULL UNIQUE,
                scopes \(text) NOT NULL,
                created_by \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                expires_at BIGINT,
                last_used_at BIGINT,
                revoked_at BIGINT
            );
            CREATE INDEX platform_api_keys_company ON platform_api_keys (company_id, id);
            CREATE INDEX platform_api_keys_user ON platform_api_keys (user_id);

            CREATE TABLE platform_invitations (
                id \(text) NOT NULL PRIMARY KEY,
                company_id \(text) NOT NULL REFERENCES platform_companies (id) ON DELETE CASCADE,
                level \(text) NOT NULL,
                resource_id \(text) NOT NULL,
                email \(text) NOT NULL,
                role \(text) NOT NULL,
                hash \(text) NOT NULL UNIQUE,
                invited_by \(text) NOT NULL REFERENCES platform_users (id) ON DELETE CASCADE,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                accepted_at BIGINT,
                revoked_at BIGINT
            );
            CREATE INDEX platform_invitations_company ON platform_invitations (company_id, id);
            CREATE INDEX platform_invitations_resource ON platform_invitations (resource_id);
            CREATE INDEX platform_invitations_inviter ON platform_invitations (invited_by);
            """
    }

    /// The log outlives companies and users, so it refers to none.
    private static func audit(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_audit_heads (
                company_id \(text) NOT NULL PRIMARY KEY,
                sequence BIGINT NOT NULL,
                hash \(text) NOT NULL
            );
            CREATE TABLE platform_audit (
                company_id \(text) NOT NULL,
                sequence BIGINT NOT NULL,
                id \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                user_id \(text),
                action \(text) NOT NULL,
                resource_type \(text) NOT NULL,
                resource_id \(text) NOT NULL,
                entry \(text) NOT NULL,
                hash \(text) NOT NULL,
                PRIMARY KEY (company_id, sequence)
            ) \(dialect.clusteredTable);
            CREATE INDEX platform_audit_user ON platform_audit (company_id, user_id, sequence);
            CREATE INDEX platform_audit_action ON platform_audit (company_id, action, sequence);
            CREATE INDEX platform_audit_resource ON platform_audit (company_id, resource_id, sequence);
            """
    }
}
