import WorkflowCore
import WorkflowStore

/// The rows of devices that wait for somebody to sign them in.
enum DeviceTable {
    private static let columns =
        "client_name, address, created_at, expires_at, asked_at, pause, state, session_id"
    private static let insertion = SQLStatement(
        "INSERT INTO platform_devices (hash, user_code_hash, \(columns)) VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, NULL)")
    private static let byHash = SQLStatement("SELECT \(columns) FROM platform_devices WHERE hash = ?")
    private static let byUserCode = SQLStatement("SELECT \(columns) FROM platform_devices WHERE user_code_hash = ?")
    private static let asking = SQLStatement("UPDATE platform_devices SET asked_at = ?, pause = ? WHERE hash = ?")
    private static let decision = SQLStatement(
        """
        UPDATE platform_devices SET state = ?, session_id = ?
            WHERE user_code_hash = ? AND state = 'pending' AND expires_at > ?
        """)
    private static let deletion = SQLStatement("DELETE FROM platform_devices WHERE hash = ?")
    private static let expired = SQLStatement("DELETE FROM platform_devices WHERE expires_at < ?")

    /// Adds a device, of whose codes only the hashes are kept.
    static func insert(
        hash: String, userCodeHash: String, _ device: Device, _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            insertion,
            [
                .text(hash), .text(userCodeHash), .text(device.clientName), .text(device.address),
                .time(device.createdAt), .time(device.expiresAt), .integer(Int64(device.pause)),
                .text(device.state.rawValue),
            ])
    }

    static func find(hash: String, _ connection: any SQLConnection) throws -> Device? {
        try connection.first(byHash, [.text(hash)], read)
    }

    static func find(userCodeHash: String, _ connection: any SQLConnection) throws -> Device? {
        try connection.first(byUserCode, [.text(userCodeHash)], read)
    }

    /// Takes note that a device has asked, and how many seconds it has to wait before it asks again.
    static func noteAsking(
        hash: String, at time: Timestamp, pause: Int, _ connection: any SQLConnection
    ) throws {
        try connection.execute(asking, [.time(time), .integer(Int64(pause)), .text(hash)])
    }

    /// Notes what somebody has decided about a device.
    ///
    /// - Parameter session: The session of whoever has.
    /// - Returns: `false` when it had been decided, or the code has expired.
    static func decide(
        userCodeHash: String, _ state: Device.State, by session: ID<Session>, now: Timestamp,
        _ connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(
            decision, [.text(state.rawValue), .id(session), .text(userCodeHash), .time(now)]) == 1
    }

    /// Uses a code up.
    ///
    /// - Returns: `false` when somebody else was quicker.
    static func delete(hash: String, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(deletion, [.text(hash)]) == 1
    }

    /// Forgets devices whose codes do not work any more.
    static func forget(before time: Timestamp, _ connection: any SQLConnection) throws -> Int {
        try connection.execute(expired, [.time(time)])
    }

    private static func read(_ row: RowReader) throws -> Device {
        Device(
            clientName: row.text(), address: row.text(), createdAt: row.time(), expiresAt: row.time(),
            askedAt: row.optionalTime(), pause: Int(row.integer()), state: try row.named(), session: row.optionalID())
    }
}
