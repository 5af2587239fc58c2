import Synchronization
import WorkflowCore

/// Hears what the engines of deployed workflows do. It is called by those who do it, so it must be quick and not block.
protocol EngineListener: Sendable {
    /// Something was done.
    func hear(_ activity: EngineActivity, from source: EngineSource)
}

/// Who hears what the engines of a manager do that are started from now on.
final class EngineListening: Sendable {
    private let listener = Mutex<(any EngineListener)?>(nil)

    /// Has somebody listen.
    func use(_ listener: any EngineListener) {
        self.listener.withLock { $0 = listener }
    }

    /// Who listens; `nil` for nobody.
    var current: (any EngineListener)? { listener.withLock { $0 } }
}

/// The engine that something was done by.
final class EngineSource: Sendable {
    /// Its workflow, and where it runs.
    let key: DeploymentKey
    private let state: @Sendable () -> (version: Int, secrets: SecretRedactor?)

    init(_ key: DeploymentKey, _ state: @escaping @Sendable () -> (version: Int, secrets: SecretRedactor?)) {
        self.key = key
        self.state = state
    }

    /// The version that serves.
    var version: Int { state().version }

    /// Takes the secrets of the workflow out of texts; `nil` when it has none.
    var secrets: SecretRedactor? { state().secrets }
}
