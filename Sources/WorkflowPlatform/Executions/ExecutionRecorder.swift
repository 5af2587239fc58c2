import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

/// Records what the engines of this process do.
///
/// What happens is taken note of in memory, where changes of one execution become one; a task writes them, many in one
/// transaction. Nobody waits for the database. When it is slow, inputs, outputs and steps beyond a limit are left out
/// and counted; how executions stand is never left out.
final class ExecutionRecorder: EngineListener {
    /// How many executions are written in one transaction.
    private static let batchSize = 500
    /// How long changes are gathered before they are written.
    private static let pause = Duration.milliseconds(20)

    struct State {
        var entries: [String: ExecutionEntry] = [:]
        /// The executions of which something is to be written, in order.
        var queue: [String] = []
        var room: ExecutionRoom
        var isAwake = false
    }

    let state: Mutex<State>
    let clock: any EngineClock
    let database: any SQLDatabase
    let hub: ActivityHub
    let logger: Logger
    /// Executions of which something was written.
    let recorded: MetricCounter
    private let line = OperationLine()
    private let wakings: AsyncStream<Void>
    private let waking: AsyncStream<Void>.Continuation

    init(
        database: any SQLDatabase, environment: EngineEnvironment, hub: ActivityHub,
        limits: ExecutionRoom.Limits = ExecutionRoom.Limits()
    ) {
        self.database = database
        self.hub = hub
        clock = environment.clock
        logger = environment.logger
        let dropped = environment.metrics.registry.counter(
            "platform_execution_details_dropped_total", help: "Inputs, outputs and steps that were not recorded.")
        recorded = environment.metrics.registry.counter(
            "platform_execution_changes_recorded_total", help: "Changes of executions that were recorded."
        ).with()
        state = Mutex(State(room: ExecutionRoom(limits: limits, droppedDetails: dropped)))
        (wakings, waking) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Changes what is known of an execution.
    ///
    /// - Parameters:
    ///   - id: The execution.
    ///   - make: Makes what is known of one that is not known; `nil` for nothing.
    ///   - change: Makes the change.
    func update(
        _ id: String, orMake make: () -> ExecutionEntry? = { nil },
        _ change: (inout ExecutionEntry, inout ExecutionRoom) -> Void
    ) {
        let wakes = state.withLock { state -> Bool in
            guard var entry = state.entries.removeValue(forKey: id) ?? make() else { return false }
            change(&entry, &state.room)
            if entry.hasChanges, !entry.isQueued {
                entry.isQueued = true
                state.queue.append(id)
            }
            state.entries[id] = entry
            guard !state.isAwake, !state.queue.isEmpty else { return false }
            state.isAwake = true
            return true
        }
        if wakes { waking.yield() }
    }

    /// How many executions there is something to write of.
    var waitingCount: Int { state.withLock { $0.queue.count } }

    /// What stops an execution; `nil` when it does not go on here.
    func scope(of id: ID<Execution>) -> ExecutionScope? {
        state.withLock { state in
            guard let entry = state.entries[id.text], entry.execution.status == .running else { return nil }
            return entry.scope
        }
    }

    // MARK: - Writing

    /// Writes what there is to write, until the task is cancelled; call ``flush()`` behind it.
    func run() async {
        var failures = 0
        for await _ in wakings {
            do {
                try await Task.sleep(for: Self.pause)
                let isDone = await flush()
                failures = isDone ? 0 : failures + 1
                guard !isDone else { continue }
                try await Task.sleep(for: min(.milliseconds(100 * (1 << min(failures, 6))), .seconds(5)))
                waking.yield()
            } catch {
                return
            }
        }
    }

    /// Writes what there is to write.
    ///
    /// - Returns: Whether all of it was written.
    @discardableResult
    func flush() async -> Bool {
        await line.run { await self.writeAll() }
    }

    private func writeAll() async -> Bool {
        while let batch = take() {
            guard await write(batch) else { return false }
        }
        return true
    }

    /// What is to be written next; `nil` when there is nothing.
    private func take() -> [ExecutionEntry]? {
        state.withLock { state in
            guard !state.queue.isEmpty else {
                state.isAwake = false
                return nil
            }
            let ids = state.queue.prefix(Self.batchSize)
            state.queue.removeFirst(ids.count)
            return ids.compactMap { state.entries[$0]?.takeChanges() }
        }
    }
}
