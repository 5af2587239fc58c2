/// The tables of the store.
package enum StoreSchema {
    /// All migrations, oldest first. Only ever add at the end.
    package static let migrations: [SQLMigration] = [
        SQLMigration(name: "001-initial", script: initial),
        SQLMigration(name: "002-traces", script: traces),
        SQLMigration(name: "003-nodes", script: nodes),
        SQLMigration(name: "004-actors", script: actors),
    ]

    /// The tables and indexes, in lower case, which statements of other modules must not name.
    package static let tableNames: Set<String> = [
        "workflow_instances", "workflow_history", "work_items", "outbox", "resources", "users", "key_values",
        "workflow_nodes", "store_health", "schema_migrations", "workflow_instances_open", "workflow_history_instance",
        "work_items_available", "work_items_instance", "resources_type", "resources_owner", "key_values_expiry",
    ]

    /// The trace that durable work and outgoing events belong to.
    private static func traces(_ dialect: SQLDialect) -> String {
        """
        ALTER TABLE work_items ADD COLUMN trace \(dialect.textType) NOT NULL DEFAULT '';
        ALTER TABLE outbox ADD COLUMN trace \(dialect.textType) NOT NULL DEFAULT '';
        """
    }

    /// Who made a transition past the application, which small values said before.
    private static func actors(_ dialect: SQLDialect) -> String {
        """
        ALTER TABLE workflow_history ADD COLUMN actor \(dialect.textType);
        DELETE FROM key_values WHERE namespace = 'workflow.operator';
        """
    }

    /// The processes that share the store, and which of them delivers an event.
    private static func nodes(_ dialect: SQLDialect) -> String {
        """
        ALTER TABLE outbox ADD COLUMN owner \(dialect.textType) NOT NULL DEFAULT '';
        CREATE TABLE workflow_nodes (
            id \(dialect.textType) NOT NULL PRIMARY KEY,
            data \(dialect.textType) NOT NULL,
            started_at BIGINT NOT NULL,
            renewed_at BIGINT NOT NULL
        );
        """
    }

    private static func initial(_ dialect: SQLDialect) -> String {
        let text = dialect.textType
        return """
            CREATE TABLE workflow_instances (
                id \(text) NOT NULL PRIMARY KEY,
                workflow_type \(text) NOT NULL,
                current_state \(text) NOT NULL,
                previous_state \(text) NOT NULL,
                data \(text) NOT NULL,
                start_time BIGINT NOT NULL,
                last_updated BIGINT NOT NULL,
                completed BIGINT NOT NULL,
                error_msg \(text),
                version BIGINT NOT NULL
            );
            CREATE INDEX workflow_instances_open ON workflow_instances (id) WHERE completed = 0;

            CREATE TABLE workflow_history (
                sequence \(dialect.sequenceKey),
                instance_id \(text) NOT NULL,
                version BIGINT NOT NULL,
                transition \(text) NOT NULL,
                from_state \(text) NOT NULL,
                to_state \(text) NOT NULL,
                data \(text) NOT NULL,
                made_at BIGINT NOT NULL
            );
            CREATE INDEX workflow_history_instance ON workflow_history (instance_id);

            CREATE TABLE work_items (
                id \(text) NOT NULL PRIMARY KEY,
                available_at BIGINT NOT NULL,
                fencing_token BIGINT NOT NULL,
                lease_owner \(text),
                lease_until BIGINT,
                not_before BIGINT NOT NULL,
                instance_id \(text) NOT NULL,
                engine \(text) NOT NULL,
                transition \(text) NOT NULL,
                from_state \(text) NOT NULL,
                to_state \(text) NOT NULL,
                handlers \(text) NOT NULL,
                handler_cursor BIGINT NOT NULL,
                input \(text) NOT NULL,
                attempts BIGINT NOT NULL,
                last_error \(text),
                created_at BIGINT NOT NULL
            ) \(dialect.clusteredTable);
            CREATE INDEX work_items_available ON work_items (available_at, id);
            CREATE INDEX work_items_instance ON work_items (instance_id);

            CREATE TABLE outbox (
                sequence \(dialect.sequenceKey),
                id \(text) NOT NULL UNIQUE,
                broker \(text) NOT NULL,
                topic \(text) NOT NULL,
                payload \(text) NOT NULL,
                ordering_key \(text) NOT NULL,
                created_at BIGINT NOT NULL
            );

            CREATE TABLE resources (
                sequence \(dialect.sequenceKey),
                resource_type \(text) NOT NULL,
                id \(text) NOT NULL,
                data \(text) NOT NULL,
                state \(text) NOT NULL,
                owner \(text),
                instance_id \(text),
                version BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                UNIQUE (resource_type, id)
            );
            CREATE INDEX resources_type ON resources (resource_type, sequence);
            CREATE INDEX resources_owner ON resources (resource_type, owner, sequence) WHERE owner IS NOT NULL;

            CREATE TABLE users (
                id \(text) NOT NULL PRIMARY KEY,
                email \(text) NOT NULL,
                email_key \(text) NOT NULL UNIQUE,
                name \(text) NOT NULL,
                password_hash \(text) NOT NULL,
                created_at BIGINT NOT NULL
            );

            CREATE TABLE key_values (
                namespace \(text) NOT NULL,
                key \(text) NOT NULL,
                value \(text) NOT NULL,
                expires_at BIGINT,
                PRIMARY KEY (namespace, key)
            ) \(dialect.clusteredTable);
            CREATE INDEX key_values_expiry ON key_values (expires_at) WHERE expires_at IS NOT NULL;

            CREATE TABLE store_health (
                id BIGINT NOT NULL PRIMARY KEY,
                checks BIGINT NOT NULL
            );
            INSERT INTO store_health (id, checks) VALUES (1, 0);
            """
    }
}
