import WorkflowStore

extension PlatformSchema {
    /// The providers of companies, who is who there, the codes behind sign-ins, and who has vouched for sessions.
    static func singleSignOn(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_identity_providers (
                id \(text) NOT NULL PRIMARY KEY,
                company_id \(text) NOT NULL REFERENCES platform_companies (id) ON DELETE CASCADE,
                name \(text) NOT NULL,
                kind \(text) NOT NULL,
                issuer \(text) NOT NULL,
                client_id \(text) NOT NULL,
                client_secret \(text) NOT NULL,
                scopes \(text) NOT NULL,
                enabled BIGINT NOT NULL,
                enforced BIGINT NOT NULL,
                revision BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                UNIQUE (company_id, name)
            );
            CREATE INDEX platform_identity_providers_company ON platform_identity_providers (company_id, id);

            CREATE TABLE platform_identities (
                id \(text) NOT NULL PRIMARY KEY,
                user_id \(text) NOT NULL REFERENCES platform_users (id) ON DELETE CASCADE,
                provider \(text) NOT NULL,
                company_id \(text) REFERENCES platform_companies (id) ON DELETE CASCADE,
                issuer \(text) NOT NULL,
                subject \(text) NOT NULL,
                email \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                last_used_at BIGINT NOT NULL,
                UNIQUE (provider, issuer, subject)
            );
            CREATE INDEX platform_identities_user ON platform_identities (user_id, id);
            CREATE INDEX platform_identities_company ON platform_identities (company_id) WHERE company_id IS NOT NULL;

            CREATE TABLE platform_sign_on_states (
                hash \(text) NOT NULL PRIMARY KEY,
                expires_at BIGINT NOT NULL
            );
            CREATE INDEX platform_sign_on_states_expiry ON platform_sign_on_states (expires_at);

            CREATE TABLE platform_sign_on_codes (
                hash \(text) NOT NULL PRIMARY KEY,
                user_id \(text) NOT NULL REFERENCES platform_users (id) ON DELETE CASCADE,
                provider \(text) NOT NULL,
                company_id \(text) REFERENCES platform_companies (id) ON DELETE CASCADE,
                challenge \(text),
                expires_at BIGINT NOT NULL
            );
            CREATE INDEX platform_sign_on_codes_user ON platform_sign_on_codes (user_id);
            CREATE INDEX platform_sign_on_codes_provider ON platform_sign_on_codes (provider);
            CREATE INDEX platform_sign_on_codes_company ON platform_sign_on_codes (company_id)
                WHERE company_id IS NOT NULL;
            CREATE INDEX platform_sign_on_codes_expiry ON platform_sign_on_codes (expires_at);

            ALTER TABLE platform_sessions ADD COLUMN provider \(text);
            ALTER TABLE platform_sessions ADD COLUMN company_id \(text)
                REFERENCES platform_companies (id) ON DELETE CASCADE;
            CREATE INDEX platform_sessions_provider ON platform_sessions (provider) WHERE provider IS NOT NULL;
            CREATE INDEX platform_sessions_company ON platform_sessions (company_id) WHERE company_id IS NOT NULL;
            """
    }
}
