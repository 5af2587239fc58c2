import WorkflowStore

extension PlatformSchema {
    /// Devices that wait for somebody to sign them in.
    static func devices(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE platform_devices (
                hash \(text) NOT NULL PRIMARY KEY,
                user_code_hash \(text) NOT NULL UNIQUE,
                client_name \(text) NOT NULL,
                address \(text) NOT NULL,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                asked_at BIGINT,
                pause BIGINT NOT NULL,
                state \(text) NOT NULL,
                session_id \(text) REFERENCES platform_sessions (id) ON DELETE CASCADE
            );
            CREATE INDEX platform_devices_expiry ON platform_devices (expires_at);
            CREATE INDEX platform_devices_session ON platform_devices (session_id);
            """
    }
}
