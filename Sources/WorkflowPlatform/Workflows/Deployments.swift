import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

/// Keeps the engines and the database of one mind about which versions of which workflows run where.
///
/// All that changes it for one workflow in one environment goes through one line, one operation after another, and is
/// not cut short when a client goes away.
final class Deployments: Sendable {
    let engines: EngineManager
    let vault: SecretVault
    let links: WorkflowLinks
    let quotas: Quotas
    let database: any SQLDatabase
    let audit: AuditLog
    let logger: Logger
    let clock: any EngineClock
    private let lines = Mutex<[DeploymentKey: OperationLine]>([:])

    init(
        engines: EngineManager, vault: SecretVault, quotas: Quotas, database: any SQLDatabase, audit: AuditLog,
        clock: any EngineClock, logger: Logger, links: WorkflowLinks
    ) {
        self.engines = engines
        self.vault = vault
        self.links = links
        self.quotas = quotas
        self.database = database
        self.audit = audit
        self.clock = clock
        self.logger = logger
    }

    /// What the paths of the requests of a workflow begin with. Unlike its names it never changes.
    static func path(of key: DeploymentKey) -> String { "/w/\(key)" }

    /// Runs `body` when every operation on a workflow in an environment that came before is done.
    func exclusively<Value: Sendable>(
        _ key: DeploymentKey, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await line(of: key).attempt(body)
    }

    func line(of key: DeploymentKey) -> OperationLine {
        lines.withLock { lines in
            if let line = lines[key] { return line }
            let line = OperationLine()
            lines[key] = line
            return line
        }
    }

    /// What runs when a version does, with its secrets.
    ///
    /// - Throws: ``HTTPError`` 503 when the secrets cannot be decrypted.
    func deployment(
        _ version: WorkflowVersion, of workflow: Workflow, in environment: EnvironmentName,
        _ connection: any SQLConnection
    ) throws -> Deployment {
        try deployment(
            version.configuration, version: version.number, of: workflow, in: environment,
            secrets: vault.values(of: workflow, in: environment, connection))
    }

    /// What runs when a configuration does.
    func deployment(
        _ configuration: String, version: Int, of workflow: Workflow, in environment: EnvironmentName = .production,
        secrets: [String: SecretString]
    ) throws -> Deployment {
        Deployment(
            workflow: workflow.id, environment: environment, version: version, configuration: configuration,
            secrets: secrets,
            mount: try DeploymentMount(path: Self.path(of: DeploymentKey(workflow.id, in: environment))),
            gate: quotas.gate(of: workflow.company))
    }

    /// Stops workflows that are in the database no more, and removes what was kept of them.
    ///
    /// - Parameter keys: What ``RemovalTable`` has.
    func remove(_ keys: [DeploymentKey]) async {
        links.remove(of: Array(Set(keys.map(\.workflow))))
        for key in keys { await line(of: key).run { await self.removeKept(key) } }
    }

    /// Call it in the line. What fails is tried again by ``finishRemovals()``.
    func removeKept(_ key: DeploymentKey) async {
        do {
            try await engines.remove(key)
            try await database.write { try RemovalTable.delete(key, $0) }
            lines.withLock { $0[key] = nil }
        } catch {
            logger.error(
                "What was kept of a workflow was not removed",
                metadata: ["workflow.id": "\(key)", "error": "\(error)"])
        }
    }
}
