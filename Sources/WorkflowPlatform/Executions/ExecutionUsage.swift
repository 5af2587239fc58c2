import WorkflowStore

/// How many executions companies have begun that nobody has started by hand, and that are no part of another one.
struct ExecutionUsage {
    private struct Place: Hashable {
        let company: ID<Company>
        let month: CalendarMonth
    }

    private var counts: [Place: Int] = [:]

    /// Counts a new execution. Those that are started by hand were counted when they were admitted.
    mutating func count(_ execution: Execution, of company: ID<Company>) {
        guard execution.trigger != .manual, execution.parent == nil else { return }
        counts[Place(company: company, month: CalendarMonth(of: execution.startedAt)), default: 0] += 1
    }

    /// Writes it.
    func write(_ connection: any SQLConnection) throws {
        for (place, count) in counts {
            try QuotaTable.add(executions: count, of: place.company, in: place.month, connection)
        }
    }
}
