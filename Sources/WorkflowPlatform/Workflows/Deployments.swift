import Logging
import Synchronization
import WorkflowCore
import WorkflowStore

/// Keeps the engines and the database of one mind about which versions of which workflows run.
///
/// All that changes it for one workflow goes through one line, one operation after another, and is not cut short when a
/// client goes away.
final class Deployments: Sendable {
    private static let concurrentStarts = 4
    private static let retryDelay = Duration.seconds(5)

    let engines: EngineManager
    let vault: SecretVault
    let links: WorkflowLinks
    private let database: any SQLDatabase
    private let clock: any EngineClock
    private let logger: Logger
    private let lines = Mutex<[ID<Workflow>: OperationLine]>([:])

    init(
        engines: EngineManager, vault: SecretVault, database: any SQLDatabase, clock: any EngineClock, logger: Logger,
        links: WorkflowLinks
    ) {
        self.engines = engines
        self.vault = vault
        self.links = links
        self.database = database
        self.clock = clock
        self.logger = logger
    }

    /// What the paths of the requests of a workflow begin with. Unlike its names it never changes.
    static func path(of workflow: ID<Workflow>) -> String { "/w/\(workflow)" }

    /// Runs `body` when every operation on a workflow that came before is done.
    func exclusively<Value: Sendable>(
        _ workflow: ID<Workflow>, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await line(of: workflow).attempt(body)
    }

    private func line(of workflow: ID<Workflow>) -> OperationLine {
        lines.withLock { lines in
            if let line = lines[workflow] { return line }
            let line = OperationLine()
            lines[workflow] = line
            return line
        }
    }

    /// What runs when a version does, with its secrets.
    ///
    /// - Throws: ``HTTPError`` 503 when the secrets cannot be decrypted.
    func deployment(
        _ version: WorkflowVersion, of workflow: Workflow, _ connection: any SQLConnection
    ) throws -> Deployment {
        try deployment(
            version.configuration, version: version.number, of: workflow,
            secrets: vault.values(of: workflow, connection))
    }

    /// What runs when a configuration does.
    func deployment(
        _ configuration: String, version: Int, of workflow: Workflow, secrets: [String: SecretString]
    ) throws -> Deployment {
        Deployment(
            workflow: workflow.id, version: version, configuration: configuration, secrets: secrets,
            mount: try DeploymentMount(path: Self.path(of: workflow.id)))
    }

    /// Has what ran before run again, after the database has not taken note of what does.
    func takeBack(_ workflow: ID<Workflow>, to before: Deployment?) async {
        guard let before else {
            await engines.stop(workflow)
            return
        }
        do {
            try await engines.deploy(before)
        } catch {
            logger.error(
                "The version before could not be put back",
                metadata: ["workflow.id": "\(workflow)", "error": "\(error)"])
        }
    }

    /// Stops workflows that are in the database no more, and removes what was kept of them.
    func remove(_ workflows: [ID<Workflow>]) async {
        links.remove(of: workflows)
        for workflow in workflows {
            await line(of: workflow).run { [engines, logger] in
                do {
                    try await engines.remove(workflow)
                } catch {
                    logger.error(
                        "What was kept of a workflow was not removed",
                        metadata: ["workflow.id": "\(workflow)", "error": "\(error)"])
                }
            }
            lines.withLock { $0[workflow] = nil }
        }
    }

    // MARK: - Restart of the process

    /// Starts everything that is to run and does not. Returns when each has been tried once; the engine manager goes on
    /// trying what lacks something.
    func restore() async {
        var last = ""
        while !Task.isCancelled {
            do {
                let after = last
                let found = try await database.read { try WorkflowTable.active(after: after, limit: 100, $0) }
                guard let end = found.last else { return }
                await restore(found)
                last = end.text
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

    private func restore(_ workflows: [ID<Workflow>]) async {
        await withDiscardingTaskGroup { group in
            for lane in 0..<Self.concurrentStarts {
                group.addTask {
                    for index in stride(from: lane, to: workflows.count, by: Self.concurrentStarts) {
                        let workflow = workflows[index]
                        await self.line(of: workflow).run { await self.restore(workflow) }
                    }
                }
            }
        }
    }

    /// Call it in the line: somebody may have deployed another version, or stopped it, meanwhile.
    private func restore(_ id: ID<Workflow>) async {
        guard await engines.status(of: id) == nil else { return }
        do {
            let deployment = try await database.read { connection -> Deployment? in
                guard let workflow = try WorkflowTable.find(id, connection), let number = workflow.deployedVersion,
                    let version = try WorkflowVersionTable.find(number, of: id, connection)
                else { return nil }
                return try self.deployment(version, of: workflow, connection)
            }
            if let deployment { await engines.restore([deployment]) }
        } catch {
            logger.error("A workflow was not restored", metadata: ["workflow.id": "\(id)", "error": "\(error)"])
        }
    }
}
