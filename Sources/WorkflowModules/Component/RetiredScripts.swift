import Logging
import Synchronization
import WorkflowCore

/// Scripts that have been replaced and stop after the calls that they have.
final class RetiredScripts: Sendable {
    /// How many may be there at once: each holds memory of its worker.
    private static let limit = 8

    private struct State {
        var lastID = 0
        var stopping: [(id: Int, task: Task<Void, Never>)] = []
    }

    private let logger: Logger
    private let state = Mutex(State())

    init(logger: Logger) {
        self.logger = logger
    }

    /// Waits until there is room for one more.
    func makeRoom() async {
        while let oldest = state.withLock({ $0.stopping.count >= Self.limit ? $0.stopping.first : nil }) {
            await oldest.task.value
            state.withLock { state in state.stopping.removeAll { $0.id == oldest.id } }
        }
    }

    /// Stops a script without waiting for it.
    func add(_ script: any ScriptComponent) {
        state.withLock { state in
            state.lastID += 1
            let id = state.lastID
            let task = Task { [weak self, logger] in
                do {
                    try await script.stop()
                } catch {
                    logger.warning("The replaced script did not stop cleanly", metadata: ["error": "\(error)"])
                }
                self?.state.withLock { state in state.stopping.removeAll { $0.id == id } }
            }
            state.stopping.append((id, task))
        }
    }

    /// Returns when every script has stopped.
    func finish() async {
        while let oldest = state.withLock({ $0.stopping.first }) {
            await oldest.task.value
            state.withLock { state in state.stopping.removeAll { $0.id == oldest.id } }
        }
    }
}
