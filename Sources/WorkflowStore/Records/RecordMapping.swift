import WorkflowCore

/// Reads records from rows; the order of the columns is that of `StoreStatements`.
enum RecordMapping {
    /// Stored documents were accepted once, so they are read with the widest limits.
    private static let options = JSONParsingOptions(
        maximumDepth: JSONParsingOptions.supportedDepth, maximumBytes: Int.max - 1, duplicateKeys: .lastWins)

    static func instance(_ row: any SQLRow, from column: Int = 0) throws -> StateMachineInstance {
        StateMachineInstance(
            id: row.text(column), workflowType: row.text(column + 1), currentState: row.text(column + 2),
            previousState: row.text(column + 3), data: try object(row, column + 4, "workflow_instances.data"),
            startTime: time(row, column + 5), lastUpdated: time(row, column + 6),
            completed: row.integer(column + 7) != 0, error: optionalText(row, column + 8),
            version: row.integer(column + 9))
    }

    static func snapshot(_ row: any SQLRow) throws -> ResourceSnapshot {
        let resource = Resource(
            type: row.text(0), id: row.text(1), data: try object(row, 2, "resources.data"), state: row.text(3),
            owner: optionalText(row, 4), instanceID: optionalText(row, 5), sequence: row.integer(6),
            version: row.integer(7), createdAt: time(row, 8), updatedAt: time(row, 9))
        return ResourceSnapshot(resource: resource, instance: row.isNull(10) ? nil : try instance(row, from: 10))
    }

    static func transition(_ row: any SQLRow) throws -> TransitionRecord {
        TransitionRecord(
            instanceID: row.text(0), version: row.integer(1), transition: row.text(2), fromState: row.text(3),
            toState: row.text(4), data: try object(row, 5, "workflow_history.data"), timestamp: time(row, 6),
            actor: optionalText(row, 7))
    }

    static func work(_ row: any SQLRow) throws -> WorkItem {
        guard case .array(let handlers) = try json(row, 6, "work_items.handlers") else {
            throw unreadable("work_items.handlers")
        }
        return WorkItem(
            id: row.text(0), instanceID: row.text(1), engine: row.text(2), transition: row.text(3),
            fromState: row.text(4), toState: row.text(5), handlers: handlers.compactMap(\.stringValue),
            cursor: Int(row.integer(7)), input: try object(row, 8, "work_items.input"), attempts: Int(row.integer(9)),
            lastError: optionalText(row, 10), notBefore: time(row, 11), leaseOwner: optionalText(row, 12),
            leaseUntil: row.isNull(13) ? nil : time(row, 13), fencingToken: row.integer(14), createdAt: time(row, 15),
            trace: row.text(16))
    }

    static func event(_ row: any SQLRow) throws -> OutboxEvent {
        OutboxEvent(
            id: row.text(0), broker: row.text(1), topic: row.text(2), payload: try json(row, 3, "outbox.payload"),
            key: row.text(4), createdAt: time(row, 5), trace: row.text(6))
    }

    static func user(_ row: any SQLRow) -> UserRecord {
        UserRecord(
            id: row.text(0), email: row.text(1), name: row.text(2), passwordHash: row.text(3), createdAt: time(row, 4))
    }

    static func json(_ row: any SQLRow, _ column: Int, _ name: String) throws -> JSONValue {
        do {
            return try row.withUTF8(column) { bytes in try JSONValue(parsing: bytes, options: options) }
        } catch {
            throw unreadable(name)
        }
    }

    private static func object(_ row: any SQLRow, _ column: Int, _ name: String) throws -> JSONObject {
        guard case .object(let object) = try json(row, column, name) else { throw unreadable(name) }
        return object
    }

    private static func time(_ row: any SQLRow, _ column: Int) -> Timestamp {
        Timestamp(nanoseconds: row.integer(column))
    }

    private static func optionalText(_ row: any SQLRow, _ column: Int) -> String? {
        row.isNull(column) ? nil : row.text(column)
    }

    private static func unreadable(_ column: String) -> StoreError {
        StoreError(.corrupted, "a row's \(column) is not the JSON it should be")
    }
}
