/// The statements of the store. Column lists that are read agree with `RecordMapping`.
struct StoreStatements: Sendable {
    static let instanceColumns = """
        i.id, i.workflow_type, i.current_state, i.previous_state, i.data, i.start_time, i.last_updated, i.completed, \
        i.error_msg, i.version
        """
    static let resourceColumns = """
        r.resource_type, r.id, r.data, r.state, r.owner, r.instance_id, r.sequence, r.version, r.created_at, \
        r.updated_at
        """
    static let workColumns = """
        id, instance_id, engine, transition, from_state, to_state, handlers, handler_cursor, input, attempts, \
        last_error, not_before, lease_owner, lease_until, fencing_token, created_at, trace
        """
    static let userColumns = "id, email, name, password_hash, created_at"

    // Instances
    let createInstance = SQLStatement(
        """
        INSERT INTO workflow_instances (id, workflow_type, current_state, previous_state, data, start_time, \
        last_updated, completed, error_msg, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let updateInstance = SQLStatement(
        """
        UPDATE workflow_instances SET workflow_type = ?, current_state = ?, previous_state = ?, data = ?, \
        start_time = ?, last_updated = ?, completed = ?, error_msg = ?, version = ? WHERE id = ? AND version = ?
        """)
    let deleteInstance = SQLStatement("DELETE FROM workflow_instances WHERE id = ?")
    let instance = SQLStatement("SELECT \(instanceColumns) FROM workflow_instances i WHERE i.id = ?")
    let openInstances = SQLStatement(
        """
        SELECT \(instanceColumns) FROM workflow_instances i WHERE i.completed = 0 AND i.id > ? ORDER BY i.id LIMIT ?
        """)
    let openInstanceCounts = SQLStatement(
        "SELECT workflow_type, count(*) FROM workflow_instances WHERE completed = 0 GROUP BY workflow_type")

    let openInstanceStates = SQLStatement(
        """
        SELECT workflow_type, current_state, count(*) FROM workflow_instances WHERE completed = 0 \
        GROUP BY workflow_type, current_state
        """)

    // History
    let appendHistory = SQLStatement(
        """
        INSERT INTO workflow_history (instance_id, version, transition, from_state, to_state, data, made_at, actor) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let deleteHistory = SQLStatement("DELETE FROM workflow_history WHERE instance_id = ?")
    let history = SQLStatement(
        """
        SELECT instance_id, version, transition, from_state, to_state, data, made_at, actor FROM workflow_history \
        WHERE instance_id = ? ORDER BY sequence LIMIT ?
        """)
    let historyPage = SQLStatement(
        """
        SELECT count(*), max(p.sequence), min(p.made_at) FROM \
        (SELECT sequence, made_at FROM workflow_history WHERE sequence > ? ORDER BY sequence LIMIT ?) p
        """)
    let removeHistory = SQLStatement(
        """
        DELETE FROM workflow_history WHERE sequence > ? AND sequence <= ? AND made_at < ? AND EXISTS \
        (SELECT 1 FROM workflow_instances i WHERE i.id = workflow_history.instance_id AND i.workflow_type = ? \
        AND i.completed = 1 AND i.last_updated < ?)
        """)

    // Work
    let enqueueWork = SQLStatement(
        """
        INSERT INTO work_items (id, instance_id, engine, transition, from_state, to_state, handlers, handler_cursor, \
        input, attempts, last_error, not_before, lease_owner, lease_until, fencing_token, created_at, available_at, \
        trace) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let finishWork = SQLStatement("DELETE FROM work_items WHERE id = ? AND fencing_token = ?")
    let updateWork = SQLStatement(
        """
        UPDATE work_items SET handler_cursor = ?, attempts = ?, last_error = ?, not_before = ?, lease_owner = ?, \
        lease_until = ?, available_at = ?, fencing_token = fencing_token + 1 WHERE id = ? AND fencing_token = ?
        """)
    let deleteInstanceWork = SQLStatement("DELETE FROM work_items WHERE instance_id = ?")
    let claimWork: SQLStatement
    let workItem = SQLStatement("SELECT \(workColumns) FROM work_items WHERE id = ?")
    let leasedWork = SQLStatement("SELECT id, fencing_token FROM work_items WHERE lease_owner = ?")
    let nextWorkDue = SQLStatement("SELECT available_at FROM work_items ORDER BY available_at LIMIT 1")

    // Outbox
    let appendOutbox = SQLStatement(
        """
        INSERT INTO outbox (id, broker, topic, payload, ordering_key, created_at, trace, owner) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let removeOutbox = SQLStatement("DELETE FROM outbox WHERE id = ?")
    let outbox = SQLStatement(
        """
        SELECT id, broker, topic, payload, ordering_key, created_at, trace FROM outbox WHERE owner = ? \
        ORDER BY sequence LIMIT ?
        """)
    /// With whether a process but this one has an earlier event of the same broker and key.
    let orderedOutbox = SQLStatement(
        """
        SELECT e.id, e.broker, e.topic, e.payload, e.ordering_key, e.created_at, e.trace, \
        CASE WHEN o.first_sequence IS NULL THEN 0 ELSE 1 END FROM outbox e LEFT JOIN \
        (SELECT broker, ordering_key, min(sequence) AS first_sequence FROM outbox WHERE owner <> ? \
        AND ordering_key <> '' GROUP BY broker, ordering_key) o \
        ON o.broker = e.broker AND o.ordering_key = e.ordering_key AND o.first_sequence < e.sequence \
        WHERE e.owner = ? ORDER BY e.sequence LIMIT ?
        """)

    // Resources
    let createResource = SQLStatement(
        """
        INSERT INTO resources (resource_type, id, data, state, owner, instance_id, version, created_at, updated_at) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING sequence, version
        """)
    let updateResource = SQLStatement(
        """
        UPDATE resources SET data = ?, state = ?, owner = ?, instance_id = ?, version = version + 1, created_at = ?, \
        updated_at = ? WHERE resource_type = ? AND id = ? RETURNING sequence, version
        """)
    let updateResourceVersion = SQLStatement(
        """
        UPDATE resources SET data = ?, state = ?, owner = ?, instance_id = ?, version = version + 1, created_at = ?, \
        updated_at = ? WHERE resource_type = ? AND id = ? AND version = ? RETURNING sequence, version
        """)
    let deleteResource = SQLStatement("DELETE FROM resources WHERE resource_type = ? AND id = ?")
    let resource = SQLStatement("\(snapshots) WHERE r.resource_type = ? AND r.id = ?")
    let resources = SQLStatement(
        "\(snapshots) WHERE r.resource_type = ? AND r.sequence > ? ORDER BY r.sequence LIMIT ?")
    let resourcesOfOwner = SQLStatement(
        "\(snapshots) WHERE r.resource_type = ? AND r.owner = ? AND r.sequence > ? ORDER BY r.sequence LIMIT ?")
    let resourceCount = SQLStatement("SELECT count(*) FROM resources WHERE resource_type = ?")

    private static let snapshots = """
        SELECT \(resourceColumns), \(instanceColumns) FROM resources r \
        LEFT JOIN workflow_instances i ON i.id = r.instance_id
        """

    // Users
    let createUser = SQLStatement(
        "INSERT INTO users (id, email, email_key, name, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)")
    let updateUser = SQLStatement(
        "UPDATE users SET email = ?, email_key = ?, name = ?, password_hash = ?, created_at = ? WHERE id = ?")
    let userByID = SQLStatement("SELECT \(userColumns) FROM users WHERE id = ?")
    let userByEmail = SQLStatement("SELECT \(userColumns) FROM users WHERE email_key = ?")

    // Small values
    let setValue = SQLStatement(
        """
        INSERT INTO key_values (namespace, key, value, expires_at) VALUES (?, ?, ?, ?) \
        ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
        """)
    let createValue = SQLStatement(
        """
        INSERT INTO key_values (namespace, key, value, expires_at) VALUES (?, ?, ?, ?) \
        ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at \
        WHERE key_values.expires_at <= ?
        """)
    let removeValue = SQLStatement("DELETE FROM key_values WHERE namespace = ? AND key = ?")
    let value = SQLStatement(
        """
        SELECT value FROM key_values WHERE namespace = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)
        """)
    let values = SQLStatement(
        """
        SELECT key, value FROM key_values WHERE namespace = ? AND key >= ? \
        AND (expires_at IS NULL OR expires_at > ?) ORDER BY key LIMIT ?
        """)
    let valuesInRange = SQLStatement(
        """
        SELECT key, value FROM key_values WHERE namespace = ? AND key >= ? AND key < ? \
        AND (expires_at IS NULL OR expires_at > ?) ORDER BY key LIMIT ?
        """)
    let removeExpiredValues = SQLStatement(
        """
        DELETE FROM key_values WHERE (namespace, key) IN \
        (SELECT namespace, key FROM key_values WHERE expires_at <= ? ORDER BY expires_at LIMIT ?) AND expires_at <= ?
        """)

    // Health
    let countHealthCheck = SQLStatement("UPDATE store_health SET checks = checks + 1 WHERE id = 1")
    let healthChecks = SQLStatement("SELECT checks FROM store_health WHERE id = 1")

    // Nodes
    let registerNode: SQLStatement
    let renewNode: SQLStatement
    let removeUnseenNodes: SQLStatement
    let nodes: SQLStatement
    let removeNode = SQLStatement("DELETE FROM workflow_nodes WHERE id = ?")
    let releaseWork = SQLStatement(
        """
        UPDATE work_items SET lease_owner = NULL, lease_until = NULL, available_at = not_before \
        WHERE lease_owner IS NOT NULL AND lease_owner NOT IN (SELECT id FROM workflow_nodes)
        """)
    let adoptEvents = SQLStatement(
        "UPDATE outbox SET owner = ? WHERE owner NOT IN (SELECT id FROM workflow_nodes)")

    /// Says of the instances in some states whether they are completed.
    static func align(completed: Bool, stateCount: Int) -> SQLStatement {
        let states = repeatElement("?", count: stateCount).joined(separator: ", ")
        return SQLStatement(
            """
            UPDATE workflow_instances SET completed = \(completed ? 1 : 0) WHERE completed = \(completed ? 0 : 1) \
            AND workflow_type = ? AND current_state IN (\(states))
            """)
    }

    init(dialect: SQLDialect) {
        registerNode = SQLStatement(
            """
            INSERT INTO workflow_nodes (id, data, started_at, renewed_at) VALUES (?, ?, \(dialect.now), \(dialect.now))
            """)
        renewNode = SQLStatement("UPDATE workflow_nodes SET renewed_at = \(dialect.now), data = ? WHERE id = ?")
        removeUnseenNodes = SQLStatement(
            "DELETE FROM workflow_nodes WHERE renewed_at < \(dialect.now) - ? AND id <> ? RETURNING id")
        nodes = SQLStatement(
            """
            SELECT n.id, n.data, n.started_at, \(dialect.now) - n.renewed_at, \
            (SELECT count(*) FROM work_items w WHERE w.lease_owner = n.id), \
            (SELECT count(*) FROM outbox o WHERE o.owner = n.id) \
            FROM workflow_nodes n ORDER BY n.started_at, n.id
            """)
        claimWork = SQLStatement(
            """
            UPDATE work_items SET lease_owner = ?, lease_until = ?, available_at = ?, \
            fencing_token = fencing_token + 1 WHERE id IN (SELECT id FROM work_items WHERE available_at <= ? \
            ORDER BY available_at, id LIMIT ? \(dialect.lockSkippingLocked)) RETURNING \(Self.workColumns)
            """)
    }
}
