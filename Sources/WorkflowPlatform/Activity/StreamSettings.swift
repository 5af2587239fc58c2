/// How streams of events behave.
public struct StreamSettings: Sendable {
    /// How many there may be at a time, of all users.
    public var limit = 1000
    /// How many one user may have open.
    public var limitPerUser = 20
    /// The time between two signs of life, at which it is checked as well whether the reader still may read.
    public var heartbeat: Duration = .seconds(15)
    /// How long a ticket opens a stream.
    public var ticketLifetime: Duration = .seconds(60)

    /// Creates the default settings.
    public init() {}
}
