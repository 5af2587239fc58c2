import WorkflowCore

/// What there is room for in memory until it is written.
struct ExecutionRoom: Sendable {
    /// What may wait to be written.
    struct Limits: Sendable {
        /// Inputs and outputs, in bytes.
        var bytes = 32 << 20
        /// Steps.
        var steps = 50_000
        /// The steps that one execution has on record.
        static let stepsOfExecution = 1000
    }

    let limits: Limits
    let droppedDetails: MetricFamily<MetricCounter>
    private var bytes = 0
    private var steps = 0

    init(limits: Limits, droppedDetails: MetricFamily<MetricCounter>) {
        self.limits = limits
        self.droppedDetails = droppedDetails
    }

    /// Takes room for an input or an output.
    ///
    /// - Returns: The detail, or that it was left out, which is counted.
    mutating func take(_ value: JSONValue?, of entry: inout ExecutionEntry) -> Detail {
        let detail = Detail(value, entry.recorder)
        guard bytes + detail.size <= limits.bytes else {
            drop(from: &entry)
            return .dropped
        }
        bytes += detail.size
        return detail
    }

    /// Takes room for a step.
    ///
    /// - Returns: Whether there is any.
    mutating func takeStep(of entry: inout ExecutionEntry) -> Bool {
        guard steps < limits.steps else {
            drop(from: &entry)
            return false
        }
        steps += 1
        return true
    }

    /// Gives room back for what was written.
    mutating func giveBack(_ written: [ExecutionEntry]) {
        for entry in written {
            bytes -= entry.detailSize
            steps -= entry.steps.count { $0.completedAt != nil }
        }
    }

    /// Gives room back for a detail that another one takes the place of.
    mutating func giveBack(_ detail: Detail) {
        bytes -= detail.size
    }

    /// Gives room back for all of an execution that is forgotten.
    mutating func forget(_ entry: ExecutionEntry) {
        bytes -= entry.detailSize
        steps -= entry.steps.count
    }

    private func drop(from entry: inout ExecutionEntry) {
        entry.execution.dropped += 1
        droppedDetails.with().increment()
    }
}
