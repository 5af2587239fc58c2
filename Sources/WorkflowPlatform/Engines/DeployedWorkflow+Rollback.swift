import Logging
import Synchronization
import WorkflowCore

extension DeployedWorkflow {
    /// Takes note that the version before has taken over again, since the new one has failed after all.
    func rolledBack(_ deployment: Deployment, to before: Deployment?, _ report: ReloadReport) {
        line.enqueue {
            guard let before else { return }
            let isCurrent = self.state.withLock { state in
                // Another version may have come meanwhile; the one before that is not this one.
                if state.previous?.number == deployment.number { state.previous = before }
                return state.current?.number == deployment.number
            }
            guard isCurrent else { return }
            self.mount.limit(to: before.limits, behind: before.gate)
            self.putBack(before)
            self.move(from: deployment.mount, to: before.mount)
            let reason = self.redactor(deployment).redact(report.reason ?? "it failed")
            self.tell { state in
                state.current = before
                state.previous = nil
                state.status.version = before.version
                state.status.lastError = "version \(deployment.version) was taken back: \(reason)"
            }
        }
    }

    /// Goes back to the place of the version before, unless somebody else has it meanwhile.
    private func move(from place: DeploymentMount, to earlier: DeploymentMount) {
        do {
            try table.mount(mount, on: earlier)
            table.unmount(mount, from: place, except: earlier)
        } catch {
            logger.error(
                "The workflow stays where the version was that was taken back", metadata: ["error": "\(error)"])
        }
    }

    /// Puts the files of the version back that goes on.
    func putBack(_ deployment: Deployment?) {
        do {
            try files?.replace(with: deployment?.files ?? [:])
        } catch {
            logger.error("The files of the version before were not put back", metadata: ["error": "\(error)"])
        }
    }
}
