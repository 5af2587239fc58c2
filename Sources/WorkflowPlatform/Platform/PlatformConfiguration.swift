public import WorkflowCore

/// How a platform behaves.
public struct PlatformConfiguration: Sendable {
    /// Who may register.
    public enum Registration: String, Sendable, CaseIterable {
        /// Everybody.
        case open
        /// Who has been invited.
        case invited
    }

    /// Who may register.
    public var registration = Registration.invited
    /// Whether an account without an invitation is made when its address has been confirmed by e-mail, so that nobody
    /// learns which addresses have accounts; otherwise it is made, and signed in to, at once.
    public var confirmsRegistrations = false
    /// Where people reach the platform, for the links in e-mails and the issuer of tokens.
    public var publicURL = "http://127.0.0.1:8090"
    /// The secret that access tokens are signed with, at least 32 bytes; `nil` to make one and keep it in the database.
    public var signingSecret: SecretString?
    /// The key that the keys for secrets of workflows are encrypted with, at least 32 bytes; `nil` when there are to be
    /// no secrets. What was encrypted with another key cannot be read.
    public var secretsKey: SecretString?
    /// How long an access token works.
    public var accessTokenLifetime: Duration = .seconds(15 * 60)
    /// How long a session lasts that is not refreshed.
    public var sessionLifetime: Duration = .seconds(7 * 24 * 3600)
    /// How long a session lasts however often it is refreshed.
    public var longestSession: Duration = .seconds(90 * 24 * 3600)
    /// How long an invitation can be accepted.
    public var invitationLifetime: Duration = .seconds(7 * 24 * 3600)
    /// How long a promotion waits for an approval.
    public var promotionLifetime: Duration = .seconds(7 * 24 * 3600)
    /// The least number of characters of a password.
    public var minimumPasswordLength = 10
    /// The binary logarithm of the number of rounds of a password hash (scrypt with blocks of 8).
    public var passwordCost = 15
    /// Failed sign-ins on one account from one address before it has to wait.
    public var loginAttempts = 5
    /// Failed sign-ins, and requests for e-mails, from one address in 15 minutes.
    public var loginAttemptsPerAddress = 50
    /// Registrations from one address in a minute.
    public var registrationsPerMinute = 10
    /// Requests of one user, or of one address that is not signed in, in a minute.
    public var requestsPerMinute = 1200
    /// With what people sign in besides passwords.
    public var signOn = SignOnConfiguration()
    /// Where the providers of companies may be, for people and for programs, besides public addresses.
    public var providerAddresses: [AddressRange] = []
    /// What companies may have and do about which the operator has decided nothing else.
    public var quotas = QuotaLimits()
    /// The greatest size of the body of a request, in bytes.
    public var maximumBodyBytes = 1 << 20
    /// How the logs of workflows are kept.
    public var logs = LogSettings()
    /// How streams of events behave.
    public var streams = StreamSettings()

    /// How long executions are kept behind their ends.
    public var executionLifetime: Duration = .seconds(30 * 24 * 3600)
    /// How many executions of a workflow are kept; those that go on always are.
    public var executionsPerWorkflow = 100_000

    /// Where tests have something in place of the Security Token Service of AWS.
    var securityTokenService: String?

    /// Creates the default configuration.
    public init() {}
}
