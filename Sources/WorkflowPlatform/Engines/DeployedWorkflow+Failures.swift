import Logging
import Synchronization
import WorkflowCore

extension DeployedWorkflow {
    /// Has the engine taken down, since a module of it has failed, and started again after a while.
    ///
    /// - Parameter number: The engine; one that is gone does not matter any more.
    func failed(engine number: Int, _ module: String, _ error: any Error) {
        line.enqueue {
            guard self.state.withLock({ $0.engineNumber == number && $0.running != nil }) else { return }
            await self.takeDown(because: "the module \"\(module)\" failed: \(error)")
        }
    }

    private func takeDown(because reason: String) async {
        let (running, current, previous, since) = state.withLock {
            ($0.running, $0.current, $0.previous, $0.status.since)
        }
        guard let running, let current else { return }
        let isYoung = since.duration(to: settings.clock.now) < settings.probation
        let reason = redactor(current).redact(reason)
        logger.error("The workflow failed and will be started again", metadata: ["reason": "\(reason)"])
        mount.explainAbsence("The workflow has failed and will be started again.")
        tell { $0.status.state = .failed }
        await running.stop()
        // A version that fails at once makes room for the one that did not.
        let next = isYoung ? previous ?? current : current
        state.withLock { $0.engineNumber += 1 }
        if next.number != current.number { table.unmount(mount, from: current.mount, except: next.mount) }
        tell { state in
            state.running = nil
            state.current = next
            state.previous = nil
            state.status.lastError = "version \(current.version): \(reason)"
            if !isYoung { state.status.restarts = 0 }
        }
        scheduleRestart(of: next)
    }

    /// Has a deployment started after a while.
    func scheduleRestart(of deployment: Deployment) {
        let attempt = state.withLock { $0.status.restarts } + 1
        let delay = settings.restartBackoff.delay(afterAttempt: attempt, random: settings.random())
        tell { state in
            guard !state.isClosed else { return }
            state.status.restarts = attempt
            state.status.restartAt = settings.clock.now.advanced(by: delay)
            state.restart = Task { [weak self, clock = settings.clock] in
                do {
                    try await clock.sleep(for: delay)
                } catch {
                    return
                }
                guard let self else { return }
                line.enqueue { await self.restart(deployment) }
            }
        }
    }

    private func restart(_ deployment: Deployment) async {
        let isWanted = state.withLock { state in
            guard !state.isClosed, state.restart != nil else { return false }
            state.restart = nil
            state.status.restartAt = nil
            return state.status.state == .failed
        }
        guard isWanted else { return }
        do {
            try table.mount(mount, on: deployment.mount)
            mount.limit(to: deployment.limits, behind: deployment.gate)
            let running = try await RunningEngine.start(
                try place(deployment), of: deployment, in: surroundings(version: deployment.version))
            tell { state in
                state.running = running
                state.current = deployment
                state.status.state = .running
                state.status.version = deployment.version
            }
            logger.info("The workflow was started again", metadata: ["version": "\(deployment.version)"])
        } catch {
            giveUpOrRetry(deployment, DeploymentError(error, redactor: redactor(deployment)))
        }
    }

    /// Starts what was deployed before the process was started, and tries again when something is not there yet; call
    /// it in the line.
    func restore(_ deployment: Deployment) async {
        do {
            // It is to run, whatever it leaves behind.
            _ = try await deploy(deployment, ReloadOptions(isForced: true)) {}
        } catch {
            giveUpOrRetry(deployment, DeploymentError(error, redactor: redactor(deployment)))
        }
    }

    /// Trying again does not help against a configuration that is wrong, or a path that somebody else has.
    private func giveUpOrRetry(_ deployment: Deployment, _ error: DeploymentError) {
        guard !state.withLock({ $0.isClosed }) else { return }
        var error = error
        if error.code == .unavailable {
            do {
                // Those who come meanwhile are told to come again.
                mount.explainAbsence("The workflow could not be started yet.")
                try table.mount(mount, on: deployment.mount)
            } catch let other {
                error = DeploymentError(other, redactor: redactor(deployment))
            }
        }
        logger.error(
            "The workflow could not be started",
            metadata: ["version": "\(deployment.version)", "reason": "\(error)"])
        tell { state in
            state.current = deployment
            state.status.state = .failed
            state.status.lastError = "version \(deployment.version): \(error)"
        }
        guard error.code == .unavailable else {
            table.unmount(mount, from: deployment.mount)
            return
        }
        scheduleRestart(of: deployment)
    }
}
