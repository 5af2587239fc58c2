import WorkflowCore
import WorkflowStore

/// The rows of requests that must not be carried out twice.
enum IdempotencyTable {
    /// What is known of an earlier request with the same key.
    struct Record: Sendable {
        /// The digest of what was asked for.
        let request: String
        /// The status of the answer; 0 while there is none.
        let status: Int
        let headers: JSONObject
        let body: String
    }

    private static let insertion = SQLStatement(
        """
        INSERT INTO platform_idempotency (user_id, key, request, status, body, headers, created_at)
            VALUES (?, ?, ?, 0, '', '{}', ?) ON CONFLICT (user_id, key) DO NOTHING
        """)
    private static let selection = SQLStatement(
        "SELECT request, status, headers, body FROM platform_idempotency WHERE user_id = ? AND key = ?")
    private static let completion = SQLStatement(
        "UPDATE platform_idempotency SET status = ?, headers = ?, body = ? WHERE user_id = ? AND key = ?")
    private static let deletion = SQLStatement("DELETE FROM platform_idempotency WHERE user_id = ? AND key = ?")
    private static let expired = SQLStatement("DELETE FROM platform_idempotency WHERE created_at < ?")

    /// Notes that a request begins.
    ///
    /// - Returns: The earlier request with the same key; `nil` when this is the first.
    static func begin(
        _ key: String, of user: ID<User>, request: String, now: Timestamp, _ connection: any SQLConnection
    ) throws -> Record? {
        let isFirst =
            try connection.execute(insertion, [.id(user), .text(key), .text(request), .time(now)]) == 1
        if isFirst { return nil }
        return try connection.first(selection, [.id(user), .text(key)]) { row in
            Record(
                request: row.text(), status: Int(row.integer()), headers: try row.object(), body: row.text())
        }
    }

    /// Notes the answer to a request.
    static func finish(
        _ key: String, of user: ID<User>, status: Int, headers: JSONObject, body: String,
        _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            completion,
            [.integer(Int64(status)), .object(headers), .text(body), .id(user), .text(key)])
    }

    /// Forgets a request that had no effect.
    static func abandon(_ key: String, of user: ID<User>, _ connection: any SQLConnection) throws {
        try connection.execute(deletion, [.id(user), .text(key)])
    }

    /// Forgets requests from before a time.
    static func forget(before time: Timestamp, _ connection: any SQLConnection) throws -> Int {
        try connection.execute(expired, [.time(time)])
    }
}
