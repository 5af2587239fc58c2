/// What a deployed workflow may use.
public struct DeploymentLimits: Sendable, Hashable {
    /// The greatest size of the configuration in bytes.
    public var configurationBytes = 1 << 20
    /// The greatest size of all files in bytes.
    public var filesBytes = 4 << 20
    /// The greatest number of modules.
    public var modules = 200
    /// How many requests may be in progress, streams included; further ones get 503.
    public var concurrentRequests = 256
    /// The greatest size of a request body in bytes; a smaller limit of the configuration counts.
    public var bodyBytes = 10 << 20
    /// How much durable work may be done at once; more waits. Counts from the next start of the workflow.
    public var concurrentWork = 64
    /// The most memory in bytes that a script may ask for. Counts from the next start of the workflow.
    public var scriptMemoryBytes = 128 << 20
    /// The most calls at once that a script may ask for. Counts from the next start of the workflow.
    public var scriptConcurrency = 64

    /// Creates the default limits.
    public init() {}
}
