import Logging
import WorkflowCore

extension DynamicComponentModule {
    /// The path of the file with the script.
    public var filePath: String { script.path }

    /// The path of the file, as the configuration writes it.
    public var scriptName: String { script.name }

    /// Whether the file still is what was loaded from it, or written to it.
    public var isCurrent: Bool { script.isCurrent }

    /// Reads the file again, as it may have changed, and lets its script take over if it has.
    ///
    /// A file that cannot be read or is not a script that works changes nothing; the log and the status of the component
    /// tell about it, once for each such file.
    ///
    /// - Returns: Whether the script was replaced.
    @discardableResult
    public func refresh() async -> Bool {
        await component.inTurn {
            guard !script.isCurrent else {
                script.forgetRefused()
                component.note(problem: nil)
                return false
            }
            var digest: String?
            do {
                let source = try script.read()
                digest = source.digest
                guard script.holdsSomethingNew else { return false }
                let before = component.source
                try await component.replace(with: source)
                script.hasLoaded(source.digest)
                await record(source, after: before)
                return true
            } catch {
                let place = (error as? ScriptError)?.description ?? (error as? WorkflowError)?.message ?? "\(error)"
                component.note(problem: "\(script.name) is not what runs: \(place)")
                if script.hasRefused(digest) {
                    context.logger.error(
                        "The changed script is not used; the one before goes on",
                        metadata: ["file": "\(script.path)", "reason": "\(ComponentAudit.reason(of: error))"])
                }
                return false
            }
        }
    }

    /// Keeps what was found in the file as a version.
    private func record(_ source: ScriptSource, after before: ScriptSource?) async {
        let versions = ComponentVersions(id: id, store: context.store, clock: context.clock)
        do {
            let recorded = try await versions.recording(source, by: ComponentVersions.file, after: before)
            try await context.store.commit(StoreTransaction(recorded.operations))
            context.logger.info(
                "Component changed",
                metadata: [
                    "component": "\(id)", "action": "file", "version": "\(recorded.version.number)",
                    "digest": "\(recorded.version.digest)", "principal": "\(ComponentVersions.file)",
                ])
        } catch {
            context.logger.warning(
                "The version of a component is not kept", metadata: ["component": "\(id)", "error": "\(error)"])
        }
    }
}
