import Foundation
import Logging
import WorkflowCore
import WorkflowModules

/// Reloads the configuration when its files change, and replaces components when their scripts do.
struct ConfigurationWatch: Sendable {
    private let files: [String]
    private let watcher: FileWatcher

    /// Begins to notice changes.
    ///
    /// - Parameter files: The files and folders of the configuration.
    init(files: [String]) {
        self.files = files
        watcher = FileWatcher(files, logger: Logger(label: "workflow"))
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
        // A reload makes those anew whose scripts have changed.
        if change.files.count > scripts.count {
            await manager.reloadFiles(.file, logger: logger)
        } else {
            for script in scripts { await script.component.refresh() }
        }
    }

    private func watchEverything(_ manager: ConfigurationManager) {
        watcher.watch(files + manager.engine.configuration.files + components(manager).map(\.path))
    }

    private func components(_ manager: ConfigurationManager) -> [(path: String, component: DynamicComponentModule)] {
        let services = manager.engine.runningGeneration?.services
        return (services?.all(DynamicComponentModule.self) ?? []).map { component in
            (URL(fileURLWithPath: component.service.filePath).standardizedFileURL.path, component.service)
        }
    }
}
