import WorkflowCore

/// A line of the log of a workflow as it is stored.
struct StoredLog: Sendable {
    let id: Int64
    let workflow: ID<Workflow>
    let environment: EnvironmentName
    let execution: String?
    let level: LogLevel
    let module: String
    let message: String
    let trace: String?
    let fields: JSONObject
    let createdAt: Timestamp
}

/// How many lines of each level there are.
struct LogCounts: Sendable, Equatable {
    var counts: [Int64] = Array(repeating: 0, count: LogLevel.allCases.count)

    subscript(level: LogLevel) -> Int64 {
        get { counts[level.rawValue] }
        set { counts[level.rawValue] = newValue }
    }

    /// How many lines there are altogether.
    var total: Int64 { counts.reduce(0, +) }

    static func + (left: Self, right: Self) -> Self {
        LogCounts(counts: zip(left.counts, right.counts).map { $0 + $1 })
    }
}
