import WorkflowStore

extension PlatformSchema {
    /// Accounts that are made once somebody has confirmed the address; several may wait for the same one.
    static func registrations(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_registrations (
                hash \(text) NOT NULL PRIMARY KEY,
                email \(text) NOT NULL,
                email_key \(text) NOT NULL,
                display_name \(text) NOT NULL,
                password_hash \(text) NOT NULL,
                expires_at BIGINT NOT NULL
            );
            CREATE INDEX platform_registrations_email ON platform_registrations (email_key);
            CREATE INDEX platform_registrations_expiry ON platform_registrations (expires_at);
            """
    }
}
