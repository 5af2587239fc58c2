import Logging
public import ServiceLifecycle
import Synchronization
public import WorkflowCore
import WorkflowHTTP
public import WorkflowStore

/// The platform: its database, its API, and what it does by itself.
///
/// ```swift
/// let engines = EngineManager(registry: StandardCatalog.registry, provider: provider)
/// let platform = try await Platform.open(
///     database: database, mail: LogMailSender { print($0) }, engines: engines)
/// if let token = platform.setupToken { print("Set the platform up with the token \(token).") }
/// let server = HTTPServer(configuration: configuration, responder: platform.handler, logger: logger)
/// ```
public final class Platform: Service {
    /// How long the answers to requests with a key are kept.
    private static let idempotencyWindow = Duration.seconds(24 * 3600)
    private static let cleaningInterval = Duration.seconds(3600)

    /// Answers the requests of the API.
    public let handler: any HTTPHandler
    /// Answers `GET /metrics` with the metrics of the process in the Prometheus text format. They are for the operator:
    /// put them on a listener that nobody else reaches.
    public let metrics: any HTTPHandler
    let services: PlatformServices
    private let openedAt: Timestamp

    private init(services: PlatformServices, handler: any HTTPHandler, metrics: any HTTPHandler) {
        self.services = services
        self.handler = handler
        self.metrics = metrics
        openedAt = services.clock.now
    }

    /// Opens a platform, bringing the schema of its database up to date.
    ///
    /// - Parameters:
    ///   - database: The database; the caller closes it behind the platform.
    ///   - configuration: How the platform behaves.
    ///   - environment: Time, identifiers and the log.
    ///   - mail: Sends e-mails.
    ///   - engines: Runs the workflows; ``run()`` starts those that are to run, and stops everything at its end.
    /// - Throws: ``StoreError`` when the schema is newer than this program, ``SQLError`` when the database cannot be
    ///   used, ``WorkflowError`` `.invalidInput` when the configuration is wrong.
    public static func open(
        database: any SQLDatabase, configuration: PlatformConfiguration = PlatformConfiguration(),
        environment: EngineEnvironment = EngineEnvironment(), mail: any MailSender, engines: EngineManager
    ) async throws -> Platform {
        let now = environment.clock.now
        _ = try await SQLMigrator(PlatformSchema.migrations, table: PlatformSchema.versionTable)
            .migrate(database, now: now)
        let vault = try SecretVault(key: configuration.secretsKey)
        let secret = try await signingSecret(database, configuration)
        let links = WorkflowLinks(database: database, engines: engines, environment: environment)
        try await links.open(engines.settings.eventTaps)
        let quotas = Quotas(
            standard: configuration.quotas, database: database, clock: environment.clock, logger: environment.logger)
        let services = PlatformServices(
            database: database, configuration: configuration, environment: environment,
            accessTokens: await AccessTokens(
                secret: secret, issuer: configuration.publicURL, lifetime: configuration.accessTokenLifetime),
            box: SecretBox(secret: secret),
            mail: MailQueue(sender: mail, environment: environment),
            workflows: Deployments(
                engines: engines, vault: vault, quotas: quotas, database: database,
                audit: AuditLog(identifiers: environment.identifiers), clock: environment.clock,
                logger: environment.logger, links: links),
            quotas: quotas)
        engines.record(to: services.logs)
        if try await !database.read({ try UserTable.hasPeople($0) }) {
            let token = services.secrets.make(.setup)
            services.setupToken.withLock { $0 = token }
        }
        return Platform(
            services: services, handler: try APIRoutes.table(APIRoutes.all, services),
            metrics: try PlatformMetrics.handler(environment.metrics.registry))
    }

    /// What the first user has to show; `nil` once there is a user.
    public var setupToken: String? { services.setupToken.withLock { $0 } }

    /// Checks audit logs.
    public var auditVerifier: AuditVerifier { AuditVerifier(database: services.database) }

    /// Starts the workflows that are to run, sends e-mails and forgets what has expired, until the task is cancelled or
    /// a shutdown begins; then stops all workflows, and gives e-mails that wait ten seconds to be sent.
    public func run() async throws {
        services.workflows.links.begin()
        await services.mail.delivering {
            await services.logs.recording {
                await cancelWhenGracefulShutdown { await self.work() }
                endStreams()
                await services.workflows.engines.shutdown()
                await services.workflows.links.close()
            }
        }
        await services.manual.finish()
        if await !services.executions.flush() {
            services.logger.error("What workflows did last could not be recorded")
        }
        await services.signOn.shutdown()
        await services.identityManagement.shutdown()
    }

    private func work() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.startWorkflows() }
            group.addTask { await self.services.executions.run() }
            group.addTask { await self.services.workflows.links.run() }
            group.addTask { await self.services.quotas.run() }
            group.addTask { await self.clean() }
        }
    }

    private func startWorkflows() async {
        await keeping.markInterrupted(begunBefore: openedAt)
        await services.workflows.restore()
        await keeping.catchUp(services.executions, services.workflows.engines)
    }

    private var keeping: ExecutionKeeping {
        ExecutionKeeping(database: services.database, clock: services.clock, logger: services.logger)
    }

    /// Ends the streams of events, and takes no more; call it before the server stops, which waits for them.
    public func endStreams() { services.streamSlots.end() }

    private func clean() async {
        do {
            while true {
                try await services.clock.sleep(for: Self.cleaningInterval)
                await services.workflows.finishRemovals()
                await forgetExpired()
            }
        } catch {
            return
        }
    }

    /// Forgets sessions, tokens and answers that nobody can use any more, and old executions.
    func forgetExpired() async {
        let (now, lifetime) = (services.clock.now, services.configuration.sessionLifetime)
        do {
            try await services.database.write { connection in
                // Unused, a token would have ended with its session by then.
                try SessionTable.forget(
                    endedBefore: now.advanced(by: .zero - .seconds(24 * 3600)),
                    usedBefore: now.advanced(by: .zero - lifetime), connection)
                _ = try OneTimeTokenTable.forget(before: now, connection)
                _ = try DeviceTable.forget(before: now, connection)
                _ = try RegistrationTable.forget(before: now, connection)
                try SignOnTable.forget(before: now, connection)
                _ = try IAMTokenTable.forget(before: now, connection)
                _ = try IdempotencyTable.forget(
                    before: now.advanced(by: .zero - Self.idempotencyWindow), connection)
            }
            try await services.workflows.links.forgetOld()
            try await keeping.forget(
                olderThan: services.configuration.executionLifetime,
                keeping: services.configuration.executionsPerWorkflow)
            let logs = services.configuration.logs
            try await LogTable.clean(
                services.database, before: now.advanced(by: .zero - logs.age), keeping: logs.linesPerWorkflow)
        } catch {
            services.logger.warning("What has expired could not be forgotten", metadata: ["error": "\(error)"])
        }
    }

    /// The secret that access tokens are signed with.
    private static func signingSecret(
        _ database: any SQLDatabase, _ configuration: PlatformConfiguration
    ) async throws -> [UInt8] {
        if let secret = configuration.signingSecret {
            let bytes = Array(secret.value.utf8)
            guard bytes.count >= 32 else {
                throw WorkflowError(.invalidInput, "The signing secret must have at least 32 bytes.")
            }
            return bytes
        }
        let fresh = SecretTokens().make(.setup)
        let stored = try await database.write { try SettingTable.value("signing-secret", orElse: fresh, $0) }
        return Array(stored.utf8)
    }
}
