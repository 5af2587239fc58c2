import Synchronization

/// What the generations of an engine have in common of one job: the runs that go on, whoever began them, and who begins
/// the next ones.
///
/// The loops of the job stand in a line, and the last one that has come is in charge: that of the newest generation, or
/// of an earlier one that has taken over again. The one before finishes what it is about to begin, and hands over.
final class ScheduledJobLine: Sendable {
    /// A loop that stands in the line.
    struct Place: Sendable, Hashable {
        fileprivate let number: UInt64
    }

    private struct State {
        var lastNumber: UInt64 = 0
        var line: [(place: Place, wakeUp: WakeUp)] = []
        /// Who is in charge, until it has handed over.
        var holder: Place?
        var handover: ScheduleStateMachine.Handover?
        var runs: [String: ScheduledRun] = [:]
    }

    /// Under which name slots are claimed when no other process shares the store.
    let owner: String
    private let state = Mutex(State())

    private init(owner: String) {
        self.owner = owner
    }

    /// Returns what the generations of an engine share of a job. Each call needs one ``release(job:resources:)``.
    ///
    /// - Throws: ``WorkflowError`` `.conflict` when something else has its key.
    static func acquire(
        job: String, resources: SharedResourcePool, identifiers: any IdentifierGenerator
    ) throws -> ScheduledJobLine {
        try resources.acquire(key(job), make: { ScheduledJobLine(owner: identifiers.next()) }, close: { _ in })
    }

    /// Gives back what was acquired.
    static func release(job: String, resources: SharedResourcePool) async {
        await resources.release(key(job))
    }

    private static func key(_ job: String) -> String { "scheduled job \(job)" }

    // MARK: - The line

    /// Takes the last place.
    ///
    /// - Parameter wakeUp: Is signalled when a run ends and when somebody else shall or can be in charge.
    func join(_ wakeUp: WakeUp) -> Place {
        let place = state.withLock { state in
            state.lastNumber += 1
            let place = Place(number: state.lastNumber)
            state.line.append((place, wakeUp))
            return place
        }
        signal()
        return place
    }

    /// Leaves the line. Who is in charge hands over first.
    func leave(_ place: Place) {
        state.withLock { $0.line.removeAll { $0.place == place } }
        signal()
    }

    /// Whether a loop is the one that shall be in charge.
    func isLast(_ place: Place) -> Bool {
        state.withLock { $0.line.last?.place == place }
    }

    /// Puts the last in the line in charge, as soon as nobody else is.
    ///
    /// - Returns: Whether it is in charge now.
    func takeCharge(_ place: Place) -> Bool {
        state.withLock { state in
            guard state.line.last?.place == place, state.holder == nil || state.holder == place else { return false }
            state.holder = place
            return true
        }
    }

    /// Where the loop that was in charge before has stopped, once; `nil` when there was none.
    func takeHandover() -> ScheduleStateMachine.Handover? {
        state.withLock { $0.handover.take() }
    }

    /// Lets another loop be in charge.
    ///
    /// - Parameter handover: Where to go on; `nil` for where the one before has stopped.
    func handOver(_ place: Place, _ handover: ScheduleStateMachine.Handover?) {
        state.withLock { state in
            guard state.holder == place else { return }
            state.holder = nil
            if let handover { state.handover = handover }
        }
        signal()
    }

    // MARK: - Runs

    /// The runs that go on, by their identifiers.
    var runs: [String: ScheduledRun] { state.withLock { $0.runs } }

    /// Takes note of a run that begins.
    func begin(_ run: ScheduledRun) {
        state.withLock { $0.runs[run.id] = run }
    }

    /// Takes note that a run is over, and tells the loops.
    func end(_ run: ScheduledRun) {
        state.withLock { $0.runs[run.id] = nil }
        signal()
    }

    private func signal() {
        for (_, wakeUp) in state.withLock({ $0.line }) { wakeUp.signal() }
    }
}
