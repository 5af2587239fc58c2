import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

/// Keeps the engines and the database of one mind about which versions of which workflows run where.
///
/// All that changes it for one workflow in one environment goes through one line, one operation after another, and is
/// not cut short when a client goes away.
final class Deployments: Sendable {
    private static let concurrentStarts = 4
    private static let retryDelay = Duration.seconds(5)

    let engines: EngineManager
    let vault: SecretVault
    let links: WorkflowLinks
    private let quotas: Quotas
    private let database: any SQLDatabase
    private let clock: any EngineClock
    private let logger: Logger
    private let lines = Mutex<[DeploymentKey: OperationLine]>([:])

    init(
        engines: EngineManager, vault: SecretVault, quotas: Quotas, database: any SQLDatabase,
        clock: any EngineClock, logger: Logger, links: WorkflowLinks
    ) {
        self.engines = engines
        self.vault = vault
        self.links = links
        self.quotas = quotas
        self.database = database
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

    private func line(of key: DeploymentKey) -> OperationLine {
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

    /// Has what ran before run again, after the database has not taken note of what does.
    func takeBack(_ key: DeploymentKey, to before: Deployment?) async {
        guard let before else {
            await engines.stop(key)
            return
        }
        do {
            try await engines.deploy(before)
        } catch {
            logger.error(
                "The version before could not be put back",
                metadata: ["workflow.id": "\(key)", "error": "\(error)"])
        }
    }

    /// Stops workflows that are in the database no more, and removes what was kept of them.
    func remove(_ keys: [DeploymentKey]) async {
        links.remove(of: Array(Set(keys.map(\.workflow))))
        for key in keys {
            await line(of: key).run { [engines, logger] in
                do {
                    try await engines.remove(key)
                } catch {
                    logger.error(
                        "What was kept of a workflow was not removed",
                        metadata: ["workflow.id": "\(key)", "error": "\(error)"])
                }
            }
            lines.withLock { $0[key] = nil }
        }
    }

    // MARK: - Restart of the process

    /// Starts everything that is to run and does not. Returns when each has been tried once; the engine manager goes on
    /// trying what lacks something.
    func restore() async {
        var last: DeploymentKey?
        while !Task.isCancelled {
            do {
                let after = last
                let found = try await database.read {
                    try WorkflowEnvironmentTable.active(after: after, limit: 100, $0)
                }
                guard let end = found.last else { return }
                await restore(found.map(\.key))
                last = end.key
            } catch {
                logger.error("The workflows that are to run were not found", metadata: ["error": "\(error)"])
                do {
                    try await clock.sleep(for: Self.retryDelay)
                } catch {
                    return
                }
            }
        }
    }

    private func restore(_ keys: [DeploymentKey]) async {
        await withDiscardingTaskGroup { group in
            for lane in 0..<Self.concurrentStarts {
                group.addTask {
                    for index in stride(from: lane, to: keys.count, by: Self.concurrentStarts) {
                        let key = keys[index]
                        await self.line(of: key).run { await self.restore(key) }
                    }
                }
            }
        }
    }

    /// Call it in the line: somebody may have deployed another version, or stopped it, meanwhile.
    private func restore(_ key: DeploymentKey) async {
        guard await engines.status(of: key) == nil else { return }
        do {
            let deployment = try await database.read { connection -> Deployment? in
                let state = try WorkflowEnvironmentTable.find(key, connection)
                guard let workflow = try WorkflowTable.find(key.workflow, connection),
                    let number = state.deployedVersion,
                    let version = try WorkflowVersionTable.find(number, of: key.workflow, connection)
                else { return nil }
                return try self.deployment(version, of: workflow, in: key.environment, connection)
            }
            if let deployment { await engines.restore([deployment]) }
        } catch {
            logger.error("A workflow was not restored", metadata: ["workflow.id": "\(key)", "error": "\(error)"])
        }
    }
}
