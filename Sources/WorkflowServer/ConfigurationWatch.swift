import Foundation
import Logging
package import WorkflowCore
import WorkflowModules

/// Hears what changes of files have led to.
package protocol ConfigurationWatchObserver: Sendable {
    /// Files have changed, and are about to be read again.
    func willApply()
    /// They have been read, and applied or refused.
    func hasApplied()
    /// The configuration was read again.
    ///
    /// - Parameter result: What became of it; an error when it could not even be tried.
    func hasReloaded(_ result: Result<ConfigurationManager.Outcome, any Error>)
    /// The file of a script has changed alone.
    ///
    /// - Parameters:
    ///   - file: Its path.
    ///   - component: The component.
    ///   - result: What became of it.
    func hasRefreshed(_ file: String, of component: String, _ result: ScriptRefresh)
}

/// What became of a script whose file has changed.
package enum ScriptRefresh: Sendable {
    /// It has taken over.
    case replaced
    /// It does not work, and the one before goes on.
    case refused(reason: String)
}

/// Does not care.
struct SilentWatchObserver: ConfigurationWatchObserver {
    func willApply() {}
    func hasApplied() {}
    func hasReloaded(_ result: Result<ConfigurationManager.Outcome, any Error>) {}
    func hasRefreshed(_ file: String, of component: String, _ result: ScriptRefresh) {}
}

/// Reloads the configuration when its files change, and replaces components when their scripts do.
struct ConfigurationWatch: Sendable {
    private let files: [String]
    private let watcher: FileWatcher
    private let observer: any ConfigurationWatchObserver

    /// Begins to notice changes.
    ///
    /// - Parameters:
    ///   - files: The files and folders of the configuration.
    ///   - logger: Is told when the system refuses to watch.
    ///   - observer: Hears what the changes have led to.
    init(files: [String], logger: Logger, observer: any ConfigurationWatchObserver) {
        self.files = files
        self.observer = observer
        watcher = FileWatcher(files, logger: logger)
    }

    /// Applies changes until the task is cancelled.
    func run(_ manager: ConfigurationManager, logger: Logger) async {
        watchEverything(manager)
        await watcher.run { change in
            await apply(change, manager, logger)
            watchEverything(manager)
        }
    }

    private func apply(_ change: FileWatcher.Change, _ manager: ConfigurationManager, _ logger: Logger) async {
        let scripts = components(manager).filter { change.files.contains($0.path) }
        observer.willApply()
        defer { observer.hasApplied() }
        // A reload makes those anew whose scripts have changed.
        if change.files.count > scripts.count {
            observer.hasReloaded(await manager.reloadFiles(.file, logger: logger))
        } else {
            for script in scripts {
                let isReplaced = await script.component.refresh()
                let reason = isReplaced ? nil : problem(of: script.component, manager)
                guard isReplaced || reason != nil else { continue }
                observer.hasRefreshed(
                    script.path, of: script.name, reason.map { .refused(reason: $0) } ?? .replaced)
            }
        }
    }

    /// Why the script of a component is not what its file holds.
    private func problem(of component: DynamicComponentModule, _ manager: ConfigurationManager) -> String? {
        guard let generation = manager.engine.runningGeneration else { return nil }
        let reports = manager.engine.environment.components?.reports(of: generation) ?? []
        return reports.first { $0.file == component.scriptName }?.error
    }

    private func watchEverything(_ manager: ConfigurationManager) {
        watcher.watch(files + manager.engine.configuration.files + components(manager).map(\.path))
    }

    private func components(
        _ manager: ConfigurationManager
    ) -> [(name: String, path: String, component: DynamicComponentModule)] {
        let services = manager.engine.runningGeneration?.services
        return (services?.all(DynamicComponentModule.self) ?? []).map { component in
            let path = URL(fileURLWithPath: component.service.filePath).standardizedFileURL.path
            return (component.name, path, component.service)
        }
    }
}
