#if SQLite
import WorkflowStore

/// Runs transactions on the writing connection, many per commit.
///
/// The members of a group run one after another in one `BEGIN IMMEDIATE … COMMIT`, so they share the commit's cost,
/// which is mostly waiting for the medium. Members are told after the commit.
///
/// A member that fails before it changed anything (the usual conflict) just drops out. When one fails after changes,
/// the group is rolled back and runs again with a savepoint around each member, so that the failing one is undone
/// alone. Savepoints from the beginning would copy each page that two members change.
struct GroupCommitter {
    private(set) var statistics = SQLiteDatabase.Statistics()
    private let connection: SQLiteConnection
    private let begin = SQLStatement("BEGIN IMMEDIATE")
    private let commit = SQLStatement("COMMIT")
    private let rollback = SQLStatement("ROLLBACK")
    private let savepoint = SQLStatement("SAVEPOINT member")
    private let release = SQLStatement("RELEASE member")
    private let rollbackToSavepoint = SQLStatement("ROLLBACK TO member")

    /// How a member ended, before the commit.
    private enum Outcome {
        case pending
        case succeeded
        case failed(any Error)
    }

    /// Why a group cannot go on.
    private enum Interruption: Error {
        /// A member failed after it had changed something.
        case dirty
        /// The database has rolled everything back because of this error.
        case lost(member: Int, any Error)
    }

    init(connection: SQLiteConnection) {
        self.connection = connection
    }

    /// Runs the jobs and reports to each.
    ///
    /// - Parameters:
    ///   - jobs: The members of the group.
    ///   - count: Receives the statistics before the members are told.
    mutating func run(_ jobs: ArraySlice<WriteJob>, count: (SQLiteDatabase.Statistics) -> Void) {
        var outcomes = [Outcome](repeating: .pending, count: jobs.count)
        do {
            do {
                try attempt(jobs, &outcomes, withSavepoints: false)
            } catch Interruption.dirty {
                abandon()
                statistics.repeats += 1
                try attempt(jobs, &outcomes, withSavepoints: true)
            }
        } catch Interruption.lost(let index, let cause) where jobs.count > 1 && Self.concernsOneMember(cause) {
            abandon()
            statistics.repeats += 1
            runApart(jobs, &outcomes, culprit: index, cause)
        } catch {
            abandon()
            let cause = if case Interruption.lost(_, let cause) = error { cause } else { error }
            // A conflict of one member may be with another that is now undone, so nobody's outcome stands.
            for index in outcomes.indices { outcomes[index] = .failed(cause) }
        }
        count(statistics)
        for (job, outcome) in zip(jobs, outcomes) {
            if case .failed(let error) = outcome { job.finish(error) } else { job.finish(nil) }
        }
    }

    private mutating func attempt(
        _ jobs: ArraySlice<WriteJob>, _ outcomes: inout [Outcome], withSavepoints: Bool
    ) throws {
        try connection.execute(begin, [])
        let before = connection.changeMark
        for (index, job) in jobs.enumerated() {
            // What failed without changes failed for good; the others run (again).
            if case .failed = outcomes[index] { continue }
            outcomes[index] = .pending
            if withSavepoints {
                try runInSavepoint(job, at: index, &outcomes[index])
            } else {
                try run(job, at: index, &outcomes[index], isAlone: jobs.count == 1)
            }
        }
        try connection.execute(commit, [])
        if connection.changeMark != before {
            statistics.commits += 1
            statistics.transactions += jobs.count
        }
    }

    /// Whether the others may succeed without the member that has met with the error.
    private static func concernsOneMember(_ cause: any Error) -> Bool {
        guard let error = cause as? SQLError else { return true }
        return [.uniqueViolation, .invalidStatement].contains(error.kind)
    }

    /// Runs each member in a transaction of its own, but not the one that made the database roll everything back.
    private mutating func runApart(
        _ jobs: ArraySlice<WriteJob>, _ outcomes: inout [Outcome], culprit: Int, _ cause: any Error
    ) {
        for (index, job) in jobs.enumerated() {
            var own: [Outcome] = [index == culprit ? .failed(cause) : .pending]
            if index != culprit {
                do {
                    try attempt([job], &own, withSavepoints: false)
                } catch {
                    abandon()
                    let cause = if case Interruption.lost(_, let cause) = error { cause } else { error }
                    own[0] = .failed(cause)
                }
            }
            outcomes[index] = own[0]
        }
    }

    private func run(_ job: WriteJob, at index: Int, _ outcome: inout Outcome, isAlone: Bool) throws {
        let before = connection.changeMark
        do {
            try job.run(connection)
            outcome = .succeeded
        } catch {
            guard connection.isInTransaction else { throw Interruption.lost(member: index, error) }
            if isAlone { throw error }
            guard connection.changeMark == before else { throw Interruption.dirty }
            outcome = .failed(error)
        }
    }

    private func runInSavepoint(_ job: WriteJob, at index: Int, _ outcome: inout Outcome) throws {
        try connection.execute(savepoint, [])
        do {
            try job.run(connection)
            outcome = .succeeded
        } catch {
            guard connection.isInTransaction else { throw Interruption.lost(member: index, error) }
            try connection.execute(rollbackToSavepoint, [])
            outcome = .failed(error)
        }
        try connection.execute(release, [])
    }

    /// Rolls back whatever is open, so that the next group can begin.
    private func abandon() {
        guard connection.isInTransaction else { return }
        // A rollback can report an error of the medium, but it always ends the transaction.
        _ = try? connection.execute(rollback, [])
    }
}
#endif
