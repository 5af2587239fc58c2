/// A database as version 1 of the schema made and filled it. It must never change: it stands for the files of users.
let versionOneFixture = """
    CREATE TABLE schema_migrations (
        position BIGINT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        applied_at BIGINT NOT NULL
    );
    INSERT INTO schema_migrations VALUES (1, '001-initial', 1700000000000000000);

    CREATE TABLE workflow_instances (
        id TEXT NOT NULL PRIMARY KEY,
        workflow_type TEXT NOT NULL,
        current_state TEXT NOT NULL,
        previous_state TEXT NOT NULL,
        data TEXT NOT NULL,
        start_time BIGINT NOT NULL,
        last_updated BIGINT NOT NULL,
        completed BIGINT NOT NULL,
        error_msg TEXT,
        version BIGINT NOT NULL
    );
    CREATE INDEX workflow_instances_open ON workflow_instances (id) WHERE completed = 0;

    CREATE TABLE workflow_history (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        instance_id TEXT NOT NULL,
        version BIGINT NOT NULL,
        transition TEXT NOT NULL,
        from_state TEXT NOT NULL,
        to_state TEXT NOT NULL,
        data TEXT NOT NULL,
        made_at BIGINT NOT NULL
    );
    CREATE INDEX workflow_history_instance ON workflow_history (instance_id);

    CREATE TABLE work_items (
        id TEXT NOT NULL PRIMARY KEY,
        available_at BIGINT NOT NULL,
        fencing_token BIGINT NOT NULL,
        lease_owner TEXT,
        lease_until BIGINT,
        not_before BIGINT NOT NULL,
        instance_id TEXT NOT NULL,
        engine TEXT NOT NULL,
        transition TEXT NOT NULL,
        from_state TEXT NOT NULL,
        to_state TEXT NOT NULL,
        handlers TEXT NOT NULL,
        handler_cursor BIGINT NOT NULL,
        input TEXT NOT NULL,
        attempts BIGINT NOT NULL,
        last_error TEXT,
        created_at BIGINT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX work_items_available ON work_items (available_at, id);
    CREATE INDEX work_items_instance ON work_items (instance_id);

    CREATE TABLE outbox (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        broker TEXT NOT NULL,
        topic TEXT NOT NULL,
        payload TEXT NOT NULL,
        ordering_key TEXT NOT NULL,
        created_at BIGINT NOT NULL
    );

    CREATE TABLE resources (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        resource_type TEXT NOT NULL,
        id TEXT NOT NULL,
        data TEXT NOT NULL,
        state TEXT NOT NULL,
        owner TEXT,
        instance_id TEXT,
        version BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        UNIQUE (resource_type, id)
    );
    CREATE INDEX resources_type ON resources (resource_type, sequence);
    CREATE INDEX resources_owner ON resources (resource_type, owner, sequence) WHERE owner IS NOT NULL;

    CREATE TABLE users (
        id TEXT NOT NULL PRIMARY KEY,
        email TEXT NOT NULL,
        email_key TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        created_at BIGINT NOT NULL
    );

    CREATE TABLE key_values (
        namespace TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        expires_at BIGINT,
        PRIMARY KEY (namespace, key)
    ) WITHOUT ROWID;
    CREATE INDEX key_values_expiry ON key_values (expires_at) WHERE expires_at IS NOT NULL;

    CREATE TABLE store_health (
        id BIGINT NOT NULL PRIMARY KEY,
        checks BIGINT NOT NULL
    );
    INSERT INTO store_health (id, checks) VALUES (1, 0);

    INSERT INTO workflow_instances VALUES
        ('i1', 'order', 'paid', 'new', '{"amount":12}', 1700000000000000000, 1700000001000000000, 0, NULL, 2);
    INSERT INTO workflow_history VALUES
        (7, 'i1', 1, '', '', 'new', '{}', 1700000000000000000),
        (8, 'i1', 2, 'pay', 'new', 'paid', '{}', 1700000001000000000);
    INSERT INTO work_items VALUES
        ('w1', 1700000000000000000, 3, NULL, NULL, 1700000000000000000, 'i1', 'orders', 'pay', 'new', 'paid',
         '["first","second"]', 1, '{}', 2, 'no answer', 1700000000000000000);
    INSERT INTO outbox VALUES (3, 'e1', 'events', 'orders.paid', '{"id":"i1"}', 'i1', 1700000001000000000);
    INSERT INTO resources VALUES
        (41, 'orders', 'r1', '{"total":3}', 'new', 'u1', 'i1', 1, 1700000000000000000, 1700000000000000000);
    INSERT INTO users VALUES ('u1', 'Ann@example.com', 'ann@example.com', 'Ann', 'hash', 1700000000000000000);
    INSERT INTO key_values VALUES ('n', 'k', '[1]', NULL);
    """
