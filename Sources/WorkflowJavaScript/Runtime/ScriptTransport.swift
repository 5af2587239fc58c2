#if JavaScript
/// How a slot reaches the engine that runs its components: a process, or a thread of this one.
protocol ScriptTransport: Sendable {
    /// Begins to serve the slot. Called once, before anything else.
    func start(_ slot: ScriptWorkerSlot)

    /// There is output, and nobody is writing: take it and pass it on. Called without a lock held; must not wait.
    func outputIsReady(_ slot: ScriptWorkerSlot)

    /// The slot has been closed, or wants attention: its thread should look.
    func wake()
}

/// Why the engine of a slot ended.
enum WorkerEnd: Equatable {
    /// The slot was closed.
    case closed
    /// The process ended by itself; the signal that ended it, or 0.
    case exited(signal: Int32)
    /// One stretch of script code used too much time, and the worker was killed.
    case overran
    /// The worker neither answered nor ran script code, and was killed.
    case unresponsive
    /// The worker was replaced because its memory was nearly used up.
    case retired
    /// The worker could not be started.
    case notStarted(String)
}
#endif
