import DequeModule
import Synchronization
import WorkflowCore

/// Lines that wait to be written, in a bounded memory. Who adds one never waits.
///
/// A workflow has a part of the room in each environment, so that no other one loses its lines to it. As the room
/// fills up, lines are lost in the order of their importance: the last of it is for errors alone. What was lost is
/// counted.
final class LogQueue: Sendable {
    private struct Waiting {
        var lines: Deque<LogLine> = []
        var bytes = 0
        var lost = 0
    }

    private struct State {
        var workflows: [DeploymentKey: Waiting] = [:]
        /// The workflows in the order of their oldest lines, roughly; each once.
        var order: Deque<DeploymentKey> = []
        var bytes = 0
    }

    /// How much of the workflow's part one batch takes.
    private static let batchPart = 500

    private let limit: Int
    private let state = Mutex(State())
    private let listener: @Sendable () -> Void

    /// Creates an empty queue.
    ///
    /// - Parameters:
    ///   - limit: How many bytes all lines may take.
    ///   - onLine: Called when there is something to write.
    init(limit: Int, onLine: @escaping @Sendable () -> Void) {
        self.limit = limit
        listener = onLine
    }

    /// Adds a line, or counts it as lost.
    func append(_ line: LogLine) {
        let cost = line.cost
        let wakes = state.withLock { state in
            var waiting = state.workflows[line.key] ?? Waiting()
            let isNew = waiting.lines.isEmpty && waiting.lost == 0
            let fits =
                waiting.bytes + cost <= Self.room(for: line.level, of: limit / 8)
                && state.bytes + cost <= Self.room(for: line.level, of: limit)
            if fits {
                waiting.lines.append(line)
                waiting.bytes += cost
                state.bytes += cost
            } else {
                waiting.lost += 1
            }
            state.workflows[line.key] = waiting
            if isNew { state.order.append(line.key) }
            return isNew
        }
        if wakes { listener() }
    }

    private static func room(for level: LogLevel, of limit: Int) -> Int {
        switch level {
        case .debug: limit / 2
        case .info: limit / 4 * 3
        case .warn: limit / 8 * 7
        case .error, .fatal: limit
        }
    }

    /// What waits of one workflow.
    struct Batch: Sendable {
        let key: DeploymentKey
        let lines: [LogLine]
        /// How many lines after these were lost.
        let lost: Int
    }

    /// Takes lines of workflows in turn.
    ///
    /// - Parameter limit: How many lines at most, roughly.
    func take(_ limit: Int) -> [Batch] {
        state.withLock { state in
            var (batches, room) = ([Batch](), limit)
            while room > 0, let key = state.order.popFirst() {
                guard var waiting = state.workflows.removeValue(forKey: key) else { continue }
                let lines = Array(waiting.lines.prefix(min(room, Self.batchPart)))
                waiting.lines.removeFirst(lines.count)
                let bytes = lines.reduce(0) { $0 + $1.cost }
                waiting.bytes -= bytes
                state.bytes -= bytes
                room -= max(1, lines.count)
                let isLast = waiting.lines.isEmpty
                batches.append(Batch(key: key, lines: lines, lost: isLast ? waiting.lost : 0))
                if isLast { continue }
                state.workflows[key] = waiting
                state.order.append(key)
            }
            return batches
        }
    }

    /// Gives back what was taken and not written, in front of what came meanwhile.
    func putBack(_ batch: Batch) {
        state.withLock { state in
            var waiting = state.workflows[batch.key] ?? Waiting()
            if waiting.lines.isEmpty, waiting.lost == 0 { state.order.append(batch.key) }
            waiting.lines.prepend(contentsOf: batch.lines)
            waiting.lost += batch.lost
            let bytes = batch.lines.reduce(0) { $0 + $1.cost }
            waiting.bytes += bytes
            state.bytes += bytes
            state.workflows[batch.key] = waiting
        }
    }

    /// How many lines wait.
    var count: Int { state.withLock { $0.workflows.values.reduce(0) { $0 + $1.lines.count } } }
}
