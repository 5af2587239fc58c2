#if JavaScript
/// Decides whether a component may be loaded and called, by how often it has ended its worker or misbehaved in it.
///
/// ```
/// closed --3 strikes within 60 s--> open --its time is over--> half open --a call ends--> closed
///                                    ^------------ strike ------------'
/// ```
///
/// After a rest, one strike within 60 s is enough for the next one, which is twice as long. A component that a strike has
/// unloaded (``Strike/unloads``) rests too, for a moment.
struct ComponentBreaker {
    /// What counts against a component.
    enum Strike: Equatable {
        case processorTime
        case crash(signal: Int32)
        case memory
        case backgroundTime
        /// It could not be loaded or started again.
        case reload(String)

        /// Whether the component is not loaded any more, while its worker goes on.
        var unloads: Bool {
            switch self {
            case .backgroundTime, .reload: true
            case .processorTime, .crash, .memory: false
            }
        }

        var description: String {
            switch self {
            case .processorTime: "it used more processor time than it may and was stopped with its worker"
            case .crash(let signal): "its worker ended\(signal == 0 ? "" : " by signal \(signal)") while running it"
            case .memory: "it used up the memory of its worker"
            case .backgroundTime: "its background code used too much processor time"
            case .reload(let error): "it could not be loaded again: \(error)"
            }
        }
    }

    enum State: Equatable {
        case closed
        /// Not loaded, at least until then.
        case open(until: UInt64)
        /// Loaded for one call at a time, until one has ended.
        case halfOpen(probe: UInt64?)
    }

    enum Admission: Equatable {
        case admitted
        /// The component must be loaded first.
        case admittedToLoad
        case refused(retryAfter: Duration)
    }

    private static let second: UInt64 = 1_000_000_000
    /// For how long a strike counts.
    static let window = 60 * second
    static let strikesUntilRest = 3
    static let rests = (first: 5 * second, longest: 300 * second)
    /// The rest of a component that has been unloaded, before ``rests`` begin; doubles with each strike.
    static let pause = second / 4
    /// After so long without a strike, everything before is forgotten.
    static let memory = 900 * second

    private(set) var state = State.closed
    /// The times of the strikes that count.
    private var strikes: [UInt64] = []
    private var lastStrike: UInt64 = 0
    /// Strikes since it was last well for long.
    private var count = 0
    /// Rests since it was last well for long.
    private var restCount = 0
    private(set) var cause = ""
    /// Until then, one strike is enough.
    private var probationEnd: UInt64 = 0

    /// Whether the component is not loaded.
    var isOpen: Bool { if case .open = state { true } else { false } }

    /// When the component is to be loaded again without being called. A component that has ended workers waits for a call.
    var revival: UInt64? { if case .open(let until) = state, restCount == 0 { until } else { nil } }

    /// Takes a strike; `jitter`, from 0 to 1, makes a rest longer by up to a tenth.
    mutating func strike(_ strike: Strike, now: UInt64, jitter: Double = .random(in: 0...1)) {
        guard !isOpen else { return }
        if now > lastStrike + Self.memory { (count, restCount) = (0, 0) }
        count += 1
        lastStrike = now
        strikes.removeAll { now > $0 + Self.window }
        strikes.append(now)
        cause = (count == 1 ? "" : "it failed \(count) times, the last time because ") + strike.description
        var rest: UInt64
        if strikes.count >= Self.strikesUntilRest || isHalfOpen || now < probationEnd {
            rest = min(Self.rests.first << UInt64(min(restCount, 10)), Self.rests.longest)
            restCount += 1
            strikes = []
        } else if strike.unloads {
            rest = Self.pause << UInt64(strikes.count - 1)
        } else {
            return
        }
        rest += UInt64(Double(rest) / 10 * jitter)
        state = .open(until: now + rest)
    }

    /// Asks for a call, and lets the component be loaded for it when its rest is over.
    mutating func admit(_ call: UInt64, now: UInt64) -> Admission {
        switch state {
        case .closed:
            return .admitted
        case .open:
            if let remaining = remaining(now: now) { return .refused(retryAfter: remaining) }
            revive(now: now)
            if isHalfOpen { state = .halfOpen(probe: call) }
            return .admittedToLoad
        case .halfOpen(probe: nil):
            state = .halfOpen(probe: call)
            return .admitted
        case .halfOpen:
            return .refused(retryAfter: .seconds(1))
        }
    }

    /// Ends the rest: the component is loaded again.
    mutating func revive(now: UInt64) {
        state = restCount == 0 ? .closed : .halfOpen(probe: nil)
        if restCount > 0 { probationEnd = now + Self.window }
    }

    /// A call has ended; `isProof` says whether the component ran it.
    mutating func ended(_ call: UInt64, isProof: Bool) {
        guard state == .halfOpen(probe: call) else { return }
        state = isProof ? .closed : .halfOpen(probe: nil)
    }

    /// What is left of the rest; `nil` when there is none.
    func remaining(now: UInt64) -> Duration? {
        guard case .open(let until) = state, now < until else { return nil }
        return .nanoseconds(Int64(clamping: until - now))
    }

    /// Why a component of this name is refused.
    func reason(name: String, retryAfter: Duration) -> String {
        let seconds = Int((retryAfter / .seconds(1)).rounded(.up))
        return "the component \(name) rests for \(seconds) s: \(cause)"
    }

    private var isHalfOpen: Bool { if case .halfOpen = state { true } else { false } }
}
#endif
