/// Which step of a run comes next; decisions only, no effects.
struct IntegrationFlow: Sendable, Hashable {
    /// Where a step leads to.
    enum Target: Sendable, Hashable {
        /// To the one after it.
        case next
        /// To another one.
        case step(Int)
        /// To the end of the run.
        case end
        /// To the failure of the run.
        case failure
    }

    /// What is to be done.
    enum Action: Sendable, Hashable {
        /// Run a step.
        case run(Int)
        /// All is done.
        case complete
        /// The failure of the last step is that of the run.
        case fail
        /// Steps lead to each other without end.
        case giveUp
    }

    /// How many steps a run may have, so that jumps in a circle end.
    static let longestRun = 1000

    private let count: Int
    /// How many steps have been begun.
    private(set) var begun = 0
    private var current = -1

    /// - Parameter count: How many steps the workflow has.
    init(count: Int) {
        self.count = count
    }

    /// Where the run begins.
    ///
    /// - Parameter index: The step that an earlier run is taken up at; `nil` for the first one.
    mutating func begin(at index: Int? = nil) -> Action {
        follow(index.map { .step($0) } ?? .next)
    }

    /// Goes where a step leads to.
    mutating func follow(_ target: Target) -> Action {
        switch target {
        case .next: current += 1
        case .step(let index): current = index
        case .end: return .complete
        case .failure: return .fail
        }
        guard current < count else { return .complete }
        guard begun < Self.longestRun else { return .giveUp }
        begun += 1
        return .run(current)
    }
}
