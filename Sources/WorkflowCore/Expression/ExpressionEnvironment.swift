/// How much an evaluation may use, so that no expression can take the engine down.
public struct ExpressionLimits: Sendable, Hashable {
    /// How much work one evaluation may do: one for each part of the expression that is evaluated, each element that is
    /// visited or made, each byte of text that is made and each 64 bytes of text that are read.
    public var maximumCost: Int
    /// How large a result may be, in bytes of JSON.
    ///
    /// ``maximumCost`` bounds what an evaluation makes, but a result may also repeat large values of the scope.
    public var maximumOutputBytes: Int

    /// Creates limits.
    ///
    /// - Parameters:
    ///   - maximumCost: How much work one evaluation may do.
    ///   - maximumOutputBytes: How large a result may be, in bytes of JSON.
    public init(maximumCost: Int = 1_000_000, maximumOutputBytes: Int = 16 * 1024 * 1024) {
        self.maximumCost = maximumCost
        self.maximumOutputBytes = maximumOutputBytes
    }
}

/// What an evaluation takes from the engine, besides the values that it names.
public struct ExpressionEnvironment: Sendable {
    /// The clock of this machine, random identifiers and the default limits.
    public static let `default` = ExpressionEnvironment()

    /// What the parser evaluates constant parts with.
    static let folding = ExpressionEnvironment(limits: ExpressionLimits(maximumCost: 10_000))

    /// What `now()` reads.
    public let clock: any EngineClock
    /// What `uuid()` takes identifiers from.
    public let identifiers: any IdentifierGenerator
    /// How much an evaluation may use.
    public let limits: ExpressionLimits

    /// Creates an environment.
    ///
    /// - Parameters:
    ///   - clock: What `now()` reads.
    ///   - identifiers: What `uuid()` takes identifiers from.
    ///   - limits: How much an evaluation may use.
    public init(
        clock: any EngineClock = SystemClock(),
        identifiers: any IdentifierGenerator = UUIDv7Generator(),
        limits: ExpressionLimits = ExpressionLimits()
    ) {
        self.clock = clock
        self.identifiers = identifiers
        self.limits = limits
    }
}
