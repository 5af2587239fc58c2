public import WorkflowCore
public import WorkflowStore

/// Sets the limits of single companies, for the operator of a platform; takes effect at once, also while it runs.
public struct QuotaOperator: Sendable {
    private let database: any SQLDatabase
    private let environment: EngineEnvironment

    /// Creates an operator.
    ///
    /// - Parameters:
    ///   - database: The database of the platform; the caller closes it.
    ///   - environment: Time and identifiers.
    /// - Throws: ``StoreError`` when the schema is newer than this program.
    public init(database: any SQLDatabase, environment: EngineEnvironment = EngineEnvironment()) async throws {
        _ = try await SQLMigrator(PlatformSchema.migrations, table: PlatformSchema.versionTable)
            .migrate(database, now: environment.clock.now)
        self.database = database
        self.environment = environment
    }

    /// What an operator says; what is left out stays.
    public struct Choices: Sendable {
        /// How many workflows.
        public var workflows: QuotaChoice?
        /// How many running workflows.
        public var deployments: QuotaChoice?
        /// How many executions in a month.
        public var executions: QuotaChoice?
        /// How many requests in a minute.
        public var requests: QuotaChoice?

        /// Creates choices that leave everything as it is.
        public init() {}
    }

    /// Sets limits of a company.
    ///
    /// - Parameters:
    ///   - name: The identifier or the short name of the company.
    ///   - choices: The limits.
    /// - Returns: What holds now, by the names that clients see.
    /// - Throws: ``WorkflowError`` `.notFound` when there is no such company, ``SQLError``.
    public func set(_ choices: Choices, of name: String) async throws -> JSONObject {
        let now = environment.clock.now
        let audit = AuditLog(identifiers: environment.identifiers)
        return try await database.write { connection in
            let known = try ID<Company>(name).flatMap { try CompanyTable.find($0, connection)?.id }
            guard let company = try known ?? QuotaTable.company(slug: name, connection) else {
                throw WorkflowError(.notFound, "There is no company with the identifier or short name \"\(name)\".")
            }
            try audit.lock(company, connection)
            let before = try QuotaTable.find(company, connection)
            var after = before
            if let choice = choices.workflows { after[.workflows] = choice }
            if let choice = choices.deployments { after[.deployments] = choice }
            if let choice = choices.executions { after[.executions] = choice }
            if let choice = choices.requests { after[.requests] = choice }
            let (old, new) = (Self.json(before), Self.json(after))
            guard before != after else { return new }
            try QuotaTable.save(after, of: company, connection)
            let event = AuditEvent(
                action: "company.quotas", resourceType: "company", resource: company.text,
                details: AuditEvent.difference(old, new), user: nil, actor: ["name": "operator"],
                origin: AuditEntry.Origin())
            try audit.append(event, to: company, now: now, connection)
            return new
        }
    }

    private static func json(_ choices: [Quota: QuotaChoice]) -> JSONObject {
        JSONObject(Quota.allCases.map { ($0.rawValue, (choices[$0] ?? .standard).json) })
    }
}
