import Dispatch

/// Tells, by means of the operating system, that something about the watched files may have changed.
protocol FileWatcherNotifier: Sendable {
    /// Observes what a plan names, and nothing else. It is called on the queue that the notifier was made with.
    ///
    /// - Returns: Whether anything is observed now that was not before; what happened to it until now is not told.
    /// - Throws: ``WorkflowError`` `.limitExceeded` when the system refuses to observe more; what could be observed is.
    func observe(_ plan: FileWatcherPlan) throws(WorkflowError) -> Bool

    /// Releases all descriptors and returns when they are closed; nothing is told any more.
    func close() async
}

/// Makes notifiers.
///
/// - Parameters:
///   - queue: Where the notifier reads what the system says.
///   - isWatched: Tells by its name whether an entry of a listed folder is watched.
///   - onEvent: Called for each event that matters, on `queue`.
/// - Throws: ``WorkflowError`` `.limitExceeded` or `.unavailable`.
typealias MakeFileWatcherNotifier =
    @Sendable (
        _ queue: DispatchQueue, _ isWatched: @escaping @Sendable (String) -> Bool,
        _ onEvent: @escaping @Sendable () -> Void
    ) throws(WorkflowError) -> any FileWatcherNotifier
