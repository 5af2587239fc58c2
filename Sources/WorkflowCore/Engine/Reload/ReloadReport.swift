/// What became of a reload.
public struct ReloadReport: Sendable, Equatable {
    /// What became of it.
    public enum Status: String, Sendable {
        /// The new configuration runs.
        case reloaded
        /// The configuration means what the one means that runs; nothing was done.
        case unchanged
        /// The new configuration was not taken; the one before has gone on all the time.
        case refused
        /// The new configuration ran, failed, and the one before has taken over again.
        case rolledBack = "rolled_back"
    }

    /// How long the parts of a reload took.
    public struct Timings: Sendable, Hashable {
        /// Decoding, checking and creating the modules.
        public var build = Duration.zero
        /// Opening what the new modules need.
        public var prepare = Duration.zero
        /// Waiting until they are healthy.
        public var health = Duration.zero
        /// Handing over to them.
        public var swap = Duration.zero

        /// All of it.
        public var total: Duration { build + prepare + health + swap }
    }

    /// What became of it.
    public var status: Status
    /// The generation that runs now.
    public var generation: Int
    /// When it was decided.
    public var time: Timestamp
    /// Why it was refused or rolled back.
    public var reason: String?
    /// What is wrong with the configuration, place by place.
    public var issues: [ConfigurationIssue] = []
    /// What it changes; `nil` when the configuration could not be read as far as that.
    public var plan: ReloadPlan?
    /// How many instances were moved to other states.
    public var movedInstances = 0
    /// How long it took.
    public var timings = Timings()
}
