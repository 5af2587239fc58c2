import WorkflowCore

/// A connector that runs statements in the database of a module.
struct DatabaseConnector: IntegrationConnector {
    let database: any SQLExecuting
    let maxRows: Int

    /// - Throws: ``ConfigurationError`` when the module cannot run statements.
    init(_ settings: ConnectorSettings, services: ServiceDirectory) throws {
        guard let database = services.find((any SQLExecuting).self, named: settings.database.value) else {
            throw ConfigurationError([
                settings.database.issue("the module \"\(settings.database.value)\" does not run statements of others")
            ])
        }
        self.database = database
        maxRows = settings.maxRows
    }

    func call(
        for step: IntegrationWorkflowModule.StepConfiguration, names: StepNames
    ) throws -> any ConnectorCall {
        guard let action = DatabaseAction(rawValue: step.action.value) else {
            let known = DatabaseAction.allCases.map(\.rawValue)
            throw ConfigurationError([
                step.action.issue(
                    "a database has no action \"\(step.action.value)\"",
                    suggestion: Suggestion.text(for: step.action.value, among: known, what: "actions"))
            ])
        }
        guard let node = step.input.node, node.entries != nil else {
            throw ConfigurationError([
                step.action.issue(
                    "the action \(action.rawValue) needs an input with \(action.requiredKeys.joined(separator: " and "))"
                )
            ])
        }
        var checks = DatabaseInputChecks(action: action, reserved: database.reservedTables)
        checks.check(node)
        if !checks.issues.isEmpty { throw ConfigurationError(checks.issues) }
        return DatabaseCall(connector: self, action: action)
    }
}

/// What a step can do with a database.
enum DatabaseAction: String, CaseIterable, Sendable {
    case query, execute, insert, update, delete

    var requiredKeys: [String] {
        switch self {
        case .query, .execute: ["sql"]
        case .insert: ["table", "data"]
        case .update: ["table", "data", "where"]
        case .delete: ["table", "where"]
        }
    }

    var keys: [String] {
        switch self {
        case .query, .execute, .update, .delete: requiredKeys + ["args"]
        case .insert: requiredKeys
        }
    }

    /// What a statement may begin with.
    var verbs: [String] {
        self == .query
            ? ["SELECT", "WITH", "VALUES"]
            : ["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "CREATE", "ALTER", "DROP"]
    }
}

/// A statement that a step runs.
struct DatabaseCall: ConnectorCall {
    let connector: DatabaseConnector
    let action: DatabaseAction

    func prepare(
        input: JSONValue?, values: IntegrationValues, key: String
    ) throws -> @Sendable () async throws -> JSONValue {
        let command = try SQLCommand(action, input: input ?? .null)
        let (database, maxRows) = (connector.database, connector.maxRows)
        guard action == .query else {
            return { ["rowsAffected": .integer(Int64(try await database.execute(command)))] }
        }
        return {
            let found = try await database.query(command, rowLimit: maxRows)
            let rows = found.rows.map { JSONValue.object(JSONObject(zip(found.columns, $0))) }
            return [
                "columns": .array(found.columns.map { .string($0) }), "rows": .array(rows),
                "count": .integer(Int64(rows.count)),
            ]
        }
    }
}
