/// When a reloaded configuration counts as good.
public struct ReloadPolicy: Sendable, Hashable {
    /// How long the new modules may take to become healthy before the swap.
    public var healthTimeout: Duration
    /// How long the old modules stay ready after the swap, to go on when the new ones fail; zero to let them go at once.
    public var observation: Duration
    /// Which part of the requests within the observation may fail with a server error, from 0 to 1.
    public var maximumErrorRate: Double
    /// How many requests there must have been before their errors count.
    public var minimumRequests: Int
    /// How long lies between two looks at the health.
    public var checkInterval: Duration
    /// How many earlier generations may finish their work at the same time; a further reload waits for the oldest.
    public var maximumDraining: Int

    /// Creates a policy.
    public init(
        healthTimeout: Duration = .seconds(10), observation: Duration = .seconds(10), maximumErrorRate: Double = 0.5,
        minimumRequests: Int = 20, checkInterval: Duration = .milliseconds(500), maximumDraining: Int = 4
    ) {
        self.healthTimeout = healthTimeout
        self.observation = observation
        self.maximumErrorRate = maximumErrorRate
        self.minimumRequests = minimumRequests
        self.checkInterval = checkInterval
        self.maximumDraining = maximumDraining
    }
}
