import Logging
import WorkflowCore
import WorkflowStore

/// What happens at a restart of the process.
extension Deployments {
    private static let concurrentStarts = 4
    private static let retryDelay = Duration.seconds(5)
    private static let pageSize = 100

    /// Settles deployments that the process before had begun, starts everything that is to run and does not, and
    /// finishes removals. Returns when each has been tried once; the engine manager goes on trying what lacks something.
    func restore() async {
        await forEach(DeploymentIntentionTable.keys) { await self.settle($0) }
        await forEach({ try WorkflowEnvironmentTable.active(after: $0, limit: $1, $2).map(\.key) }) {
            await self.restore($0)
        }
        await finishRemovals()
    }

    /// Removes what was kept of workflows that are gone, where that was interrupted or has failed.
    func finishRemovals() async {
        await forEach(RemovalTable.keys) { await self.removeKept($0) }
    }

    /// Calls `body` in the line of each key that a table has.
    private func forEach(
        _ list: @escaping @Sendable (DeploymentKey?, _ limit: Int, any SQLConnection) throws -> [DeploymentKey],
        _ body: @escaping @Sendable (DeploymentKey) async -> Void
    ) async {
        var last: DeploymentKey?
        while !Task.isCancelled {
            do {
                let after = last
                let keys = try await database.read { try list(after, Self.pageSize, $0) }
                guard let end = keys.last else { return }
                await withDiscardingTaskGroup { group in
                    for lane in 0..<Self.concurrentStarts {
                        group.addTask {
                            for index in stride(from: lane, to: keys.count, by: Self.concurrentStarts) {
                                await self.line(of: keys[index]).run { await body(keys[index]) }
                            }
                        }
                    }
                }
                last = end
            } catch {
                logger.error("Workflows were not found", metadata: ["error": "\(error)"])
                do {
                    try await clock.sleep(for: Self.retryDelay)
                } catch {
                    return
                }
            }
        }
    }

    /// Call it in the line: somebody may have deployed another version, or stopped it, meanwhile.
    private func restore(_ key: DeploymentKey) async {
        guard await engines.status(of: key) == nil else { return }
        do {
            if let deployment = try await found(key) { await engines.restore([deployment]) }
        } catch {
            logger.error("A workflow was not restored", metadata: ["workflow.id": "\(key)", "error": "\(error)"])
            let reason = (error as? HTTPError)?.message ?? "\(error)"
            explain("it was not started with the platform: \(reason)", key)
        }
    }

    /// What is to run, as soon as the database can be asked.
    private func found(_ key: DeploymentKey) async throws -> Deployment? {
        while true {
            do {
                return try await database.read { try self.current(key, $0) }
            } catch let error as SQLError where error.kind == .unavailable {
                logger.error(
                    "What is to run of a workflow was not found",
                    metadata: ["workflow.id": "\(key)", "error": "\(error)"])
                try await clock.sleep(for: Self.retryDelay)
            }
        }
    }

    private func explain(_ text: String, _ key: DeploymentKey) {
        do {
            try engines.explain(text, key)
        } catch {
            logger.debug("The platform stops before it has told what failed", metadata: ["workflow.id": "\(key)"])
        }
    }

    /// What the database says that is to run.
    private func current(_ key: DeploymentKey, _ connection: any SQLConnection) throws -> Deployment? {
        try WorkflowEnvironmentTable.find(key, connection).deployedVersion.flatMap {
            try deployment($0, of: key, connection)
        }
    }

    private func deployment(
        _ number: Int, of key: DeploymentKey, _ connection: any SQLConnection
    ) throws -> Deployment? {
        guard let workflow = try WorkflowTable.find(key.workflow, connection),
            let version = try WorkflowVersionTable.find(number, of: key.workflow, connection)
        else { return nil }
        return try deployment(version, of: workflow, in: key.environment, connection)
    }

    /// Finishes what the process before had begun: the version before runs on, unless instances have come into states
    /// that only the new one has; then that one does.
    private func settle(_ key: DeploymentKey) async {
        // Somebody has deployed another version meanwhile.
        guard await engines.status(of: key) == nil else { return }
        do {
            let found = try await database.read { connection in
                try DeploymentIntentionTable.find(key, connection).map {
                    ($0, try self.current(key, connection), try self.deployment($0.version, of: key, connection))
                }
            }
            guard let (intention, current, next) = found else { return }
            if let current, let next, try await engines.isNeeded(next, insteadOf: current) {
                try await complete(intention, next, orElse: current)
            } else {
                try await takeBack(intention, to: current)
            }
        } catch {
            // What the database says is started next, and the next start of the process settles it.
            logger.error(
                "A deployment that was interrupted was not settled",
                metadata: ["workflow.id": "\(key)", "error": "\(error)"])
        }
    }

    private func complete(
        _ intention: DeploymentIntention, _ deployment: Deployment, orElse current: Deployment
    ) async throws {
        let options = ReloadOptions(isForced: true, mapping: intention.options.mapping)
        do {
            try await engines.deploy(deployment, options: options) { _ = try await self.note(intention).get() }
        } catch {
            // It goes on with what it can go on with.
            await engines.restore([current])
            try engines.explain("version \(intention.version) was not deployed: \(error)", intention.key)
            throw error
        }
        logger.notice(
            "A deployment that was interrupted was completed",
            metadata: ["workflow.id": "\(intention.key)", "version": "\(intention.version)"])
    }

    private func takeBack(_ intention: DeploymentIntention, to current: Deployment?) async throws {
        try await database.write { try DeploymentIntentionTable.delete(intention, $0) }
        if let current { await engines.restore([current]) }
        try engines.explain(
            "version \(intention.version) was not deployed: the platform stopped meanwhile; deploy it again",
            intention.key)
        logger.warning(
            "A deployment that was interrupted was taken back",
            metadata: ["workflow.id": "\(intention.key)", "version": "\(intention.version)"])
    }
}
