#if SQLite
import WorkflowStore

/// A transaction that waits for its turn on the writing thread.
struct WriteJob: Sendable {
    /// Runs the transaction and keeps its result for ``finish``.
    let run: @Sendable (SQLiteConnection) throws -> Void
    /// Reports the end: `nil` after the commit, otherwise why nothing was changed.
    let finish: @Sendable ((any Error)?) -> Void
}

/// Holds the result of a transaction between its run and its commit.
///
/// `@unchecked Sendable`: only the writing thread touches the result, and the caller continues after that.
final class WriteOutcome<Value: Sendable>: @unchecked Sendable {
    var value: Value?
}
#endif
