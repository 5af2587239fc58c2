import Logging
import Synchronization
import WorkflowCore

extension DeployedWorkflow {
    /// Has a version run; call it in the line.
    ///
    /// - Parameters:
    ///   - deployment: The version.
    ///   - options: What becomes of instances whose state it does not have.
    ///   - commit: Takes note of it, once it serves.
    /// - Throws: ``DeploymentError``.
    func deploy(
        _ deployment: Deployment, _ options: ReloadOptions, _ commit: @escaping @Sendable () async throws -> Void
    ) async throws -> DeploymentStatus {
        var deployment = deployment
        let (isClosed, before, waits) = state.withLock { state in
            state.deployments += 1
            deployment.number = state.deployments
            let waits = state.restart != nil
            state.restart?.cancel()
            state.restart = nil
            return (state.isClosed, state.current, waits)
        }
        guard !isClosed else { throw DeploymentError(.unavailable, "the workflow is not taken any more") }
        tell { state in
            state.status.state = .deploying
            state.status.nextVersion = deployment.version
            state.status.restartAt = nil
        }
        do {
            try table.mount(mount, on: deployment.mount)
            do {
                let configuration = try place(deployment)
                if let running = state.withLock({ $0.running }) {
                    return try await reload(running, to: configuration, of: deployment, options, commit)
                }
                return try await start(configuration, of: deployment, after: before, options, commit)
            } catch {
                putBack(before)
                let goesOn = waits || state.withLock { $0.running != nil }
                table.unmount(mount, from: deployment.mount, except: goesOn ? before?.mount : nil)
                throw error
            }
        } catch {
            let error = DeploymentError(error, redactor: redactor(deployment))
            logger.error(
                "A version was not deployed",
                metadata: ["version": "\(deployment.version)", "reason": "\(error)"])
            tell { state in
                state.status.state = state.running == nil ? .failed : .running
                state.status.nextVersion = nil
                state.status.lastError = "version \(deployment.version): \(error)"
            }
            // The version before was to be started again, and still is.
            if waits, let before { scheduleRestart(of: before) }
            throw error
        }
    }

    private func start(
        _ configuration: ApplicationConfiguration, of deployment: Deployment, after before: Deployment?,
        _ options: ReloadOptions, _ commit: @escaping @Sendable () async throws -> Void
    ) async throws -> DeploymentStatus {
        mount.limit(to: deployment.limits, behind: deployment.gate)
        mount.explainAbsence("The workflow is being started.")
        let running = try await RunningEngine.start(
            configuration, of: deployment, in: surroundings(version: deployment.version)
        ) { store in
            try await check(store, configuration, after: before, options)
        }
        do {
            try await running.engine.moveInstances(options.mapping, commit: commit)
        } catch {
            await running.stop()
            throw error
        }
        table.unmount(mount, from: state.withLock { $0.current }?.mount, except: deployment.mount)
        logger.info("A version was deployed", metadata: ["version": "\(deployment.version)"])
        return tell { state in
            state.running = running
            state.current = deployment
            state.previous = nil
            state.status.state = .running
            state.status.version = deployment.version
            state.status.nextVersion = nil
            state.status.lastError = nil
            state.status.restarts = 0
        }
    }

    /// Refuses to leave instances behind in states that are gone since the version that ran last.
    private func check(
        _ store: any StateStore, _ configuration: ApplicationConfiguration, after before: Deployment?,
        _ options: ReloadOptions
    ) async throws {
        let earlier = try before?.read(in: files?.folder)
        var plan = ReloadPlan(from: earlier ?? configuration, to: configuration, registry: registry)
        let open = try await store.openInstanceStates()
        // Unless it is known what ran last, they are taken to be where it could go on with them.
        let all = Dictionary(grouping: open, by: \.workflowType).mapValues { Set($0.map(\.state)) }
        plan.stranded = StrandedInstances.find(
            open, in: plan.newStates, before: earlier == nil ? all : plan.oldStates)
        try options.mapping.check(against: plan.newStates, before: plan.oldStates)
        if let error = DeploymentError(strandedBy: plan, options) { throw error }
    }

    private func reload(
        _ running: RunningEngine, to configuration: ApplicationConfiguration, of deployment: Deployment,
        _ options: ReloadOptions, _ commit: @escaping @Sendable () async throws -> Void
    ) async throws -> DeploymentStatus {
        let before = state.withLock { $0.current }
        let report = try await running.engine.reload(
            configuration, options: options, commit: commit,
            onRollback: { [weak self] report in self?.rolledBack(deployment, to: before, report) })
        switch report.status {
        case .refused, .rolledBack: throw DeploymentError(report, options, redactor: redactor(deployment))
        case .unchanged: try await commit()
        case .reloaded: break
        }
        mount.limit(to: deployment.limits, behind: deployment.gate)
        table.unmount(mount, from: before?.mount, except: deployment.mount)
        logger.info("A version was deployed", metadata: ["version": "\(deployment.version)"])
        return tell { state in
            state.current = deployment
            state.previous = before
            state.status.state = .running
            state.status.version = deployment.version
            state.status.nextVersion = nil
            state.status.lastError = nil
            state.status.restarts = 0
        }
    }

    /// Stops the workflow; call it in the line.
    ///
    /// - Parameter isLast: Whether it is never to run again.
    func stop(isLast: Bool = false) async -> DeploymentStatus {
        let running = state.withLock { state in
            state.restart?.cancel()
            state.restart = nil
            if isLast { state.isClosed = true }
            return state.running
        }
        if let running {
            tell { $0.status.state = .stopping }
            await running.stop()
            logger.info("The workflow was stopped")
        }
        let place = state.withLock { $0.current?.mount }
        table.unmount(mount, from: place)
        return tell { state in
            state.running = nil
            state.previous = nil
            state.engineNumber += 1
            state.status.state = .stopped
            state.status.restartAt = nil
        }
    }
}
