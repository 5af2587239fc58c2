import Logging
import Synchronization
import WorkflowCore
import WorkflowHTTP
import WorkflowModules
import WorkflowStore

/// What the handlers of the API share.
final class PlatformServices: Sendable {
    let database: any SQLDatabase
    let configuration: PlatformConfiguration
    let clock: any EngineClock
    let identifiers: any IdentifierGenerator
    let logger: Logger
    let secrets: SecretTokens
    let audit: AuditLog
    let accessTokens: AccessTokens
    let box: SecretBox
    let passwords: PasswordHasher
    let loginThrottle: LoginThrottle
    let registrationThrottle: RegistrationThrottle
    /// Bounds the e-mails that members of a company have sent to others.
    let invitationThrottle = RegistrationThrottle(perMinute: 60)
    let requestLimits = RateLimitBuckets()
    let mail: MailQueue
    let workflows: Deployments
    /// Tells those who watch workflows that something has happened.
    let activity: ActivityHub
    /// Records what workflows do.
    let executions: ExecutionRecorder
    /// Runs what somebody asks for.
    let manual: ManualExecutions
    /// Keeps the logs of workflows.
    let logs: LogRecorder
    /// The streams of events that are open.
    let streamSlots: StreamSlots
    /// What opens streams in place of a token.
    let streamTickets: StreamTickets
    let signOn: SingleSignOn
    let refusals: RefusalRecord
    let identityManagement: IdentityManagement
    let quotas: Quotas
    /// What the first user has to show; `nil` when there is one.
    let setupToken = Mutex<String?>(nil)

    init(
        database: any SQLDatabase, configuration: PlatformConfiguration, environment: EngineEnvironment,
        accessTokens: AccessTokens, box: SecretBox, mail: MailQueue, workflows: Deployments,
        quotas: Quotas
    ) {
        self.database = database
        self.configuration = configuration
        clock = environment.clock
        identifiers = environment.identifiers
        logger = environment.logger
        secrets = SecretTokens()
        audit = AuditLog(identifiers: environment.identifiers)
        self.accessTokens = accessTokens
        self.box = box
        passwords = PasswordHasher(cost: PasswordHash.Cost(logarithm: configuration.passwordCost))
        loginThrottle = LoginThrottle(
            LoginThrottle.Limits(
                attempts: configuration.loginAttempts, attemptsPerAddress: configuration.loginAttemptsPerAddress,
                lockout: .seconds(15 * 60)))
        registrationThrottle = RegistrationThrottle(perMinute: configuration.registrationsPerMinute)
        self.mail = mail
        self.workflows = workflows
        activity = ActivityHub()
        executions = ExecutionRecorder(database: database, environment: environment, hub: activity)
        manual = ManualExecutions(engines: workflows.engines, recorder: executions)
        workflows.engines.listening.use(executions)
        logs = LogRecorder(
            configuration.logs, database: database, hub: activity, clock: environment.clock,
            logger: environment.logger, metrics: environment.metrics.registry)
        streamSlots = StreamSlots(configuration.streams)
        streamTickets = StreamTickets(secrets: secrets, lifetime: configuration.streams.ticketLifetime)
        signOn = SingleSignOn(configuration, environment: environment)
        refusals = RefusalRecord(environment.metrics.registry)
        identityManagement = IdentityManagement(
            configuration, directory: signOn.directory, environment: environment)
        self.quotas = quotas
        PlatformMetrics.register(self, in: environment.metrics.registry)
    }

    /// A new identifier.
    func newID<Entity>(_ type: Entity.Type = Entity.self) -> ID<Entity> { ID(from: identifiers) }
}
