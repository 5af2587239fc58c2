public import Logging
import Synchronization

/// Tells of an outage in a few lines, however many items and requests suffer from it: one when it begins, at most one each
/// ten seconds with how many have failed, and one when it is over.
///
/// ```swift
/// let outages = OutageLog(of: "state store", clock: clock, logger: logger)
/// do {
///     try await store.commit(transaction)
///     outages.worked()
/// } catch {
///     outages.failed(error)
/// }
/// ```
/// It is meant for what fails for everybody at once. What is wrong with one item alone is logged with that item.
public final class OutageLog: Sendable {
    fileprivate struct Outage {
        let began: Timestamp
        var lastTold: Timestamp
        var lastFailure: Timestamp
        /// How many have failed, in all and since the last line.
        var failures = 1
        var untold = 0
    }

    /// How far apart lines about the same outage are.
    public static let interval = Duration.seconds(10)
    /// How long nothing must have failed when an outage is over, so that one which comes and goes is one outage.
    public static let settling = Duration.seconds(2)

    private let subject: String
    private let clock: any EngineClock
    private let logger: Logger
    private let outage = Mutex<Outage?>(nil)
    /// Whether there is an outage, to be read without the lock.
    private let isOut = Atomic<Bool>(false)

    /// Creates a log without an outage.
    ///
    /// - Parameters:
    ///   - subject: What may be out of order, such as `state store`.
    ///   - clock: Measures how long it is.
    ///   - logger: Takes the lines.
    public init(of subject: String, clock: any EngineClock, logger: Logger) {
        self.subject = subject
        self.clock = clock
        self.logger = logger
    }

    /// Whether an outage goes on.
    public var isOutage: Bool { isOut.load(ordering: .relaxed) }

    /// Takes note of a failure.
    ///
    /// - Parameters:
    ///   - error: What failed; the first one is told, and the last one before each further line.
    ///   - message: What cannot be done, for the first line.
    ///   - metadata: What the first failure is about.
    public func failed(
        _ error: any Error, _ message: Logger.Message = "An outage begins", metadata: Logger.Metadata = [:]
    ) {
        let now = clock.now
        let (isFirst, told) = outage.withLock { outage -> (Bool, Outage?) in
            guard outage != nil else {
                outage = Outage(began: now, lastTold: now, lastFailure: now)
                isOut.store(true, ordering: .relaxed)
                return (true, nil)
            }
            return (false, outage?.count(now))
        }
        if isFirst {
            let own: Logger.Metadata = ["outage.of": "\(subject)", "error": "\(error)"]
            logger.error(message, metadata: metadata.merging(own) { $1 })
        } else if let told {
            logger.error(
                "The outage goes on",
                metadata: [
                    "outage.of": "\(subject)", "outage.failures": "\(told.untold)",
                    "outage.lasts": "\(told.began.duration(to: now).inSeconds)s", "error": "\(error)",
                ])
        }
    }

    /// Takes note of a success; costs nearly nothing when there is no outage.
    public func worked() {
        guard isOutage else { return }
        let now = clock.now
        let ended = outage.withLock { outage -> Outage? in
            guard let last = outage?.lastFailure, last.duration(to: now) >= Self.settling else { return nil }
            isOut.store(false, ordering: .relaxed)
            return outage.take()
        }
        guard let ended else { return }
        logger.notice(
            "The outage is over",
            metadata: [
                "outage.of": "\(subject)", "outage.failures": "\(ended.failures)",
                "outage.lasted": "\(ended.began.duration(to: ended.lastFailure).inSeconds)s",
            ])
    }
}

extension OutageLog.Outage {
    /// Counts a failure.
    ///
    /// - Returns: What is to be told now; `nil` when it was told lately.
    fileprivate mutating func count(_ now: Timestamp) -> Self? {
        failures += 1
        untold += 1
        lastFailure = now
        guard lastTold.duration(to: now) >= OutageLog.interval else { return nil }
        defer { (lastTold, untold) = (now, 0) }
        return self
    }
}
