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
    let requestLimits = RateLimitBuckets()
    let mail: MailQueue
    let workflows: Deployments
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
        self.quotas = quotas
    }

    /// A new identifier.
    func newID<Entity>(_ type: Entity.Type = Entity.self) -> ID<Entity> { ID(from: identifiers) }
}
