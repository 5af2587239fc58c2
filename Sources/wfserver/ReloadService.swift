import Logging
import ServiceLifecycle
import UnixSignals
import WorkflowCore

/// Keeps the configuration of the start, and reloads the files when SIGHUP asks for it or they change.
struct ReloadService: Service {
    let manager: ConfigurationManager
    /// What stands in the files that the application was started with.
    let texts: [ConfigurationHistory.Text]
    /// Notices changes of files; `nil` to wait for signals only.
    let watch: ConfigurationWatch?
    /// Ends when the application is ready.
    let started: AsyncStream<Void>
    /// Tells the service manager about reloads.
    let notifier: UpgradeNotifier
    let logger: Logger

    func run() async throws {
        // From the beginning: the signal would end the process before.
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in started {}
        guard !Task.isCancelled else { return }
        await manager.recordStart(texts)
        await withDiscardingTaskGroup { group in
            if let watch { group.addTask { await watch.run(manager, logger: logger) } }
            for await _ in signals.cancelOnGracefulShutdown() {
                notifier.tell(.reloading)
                let reason = await manager.reloadFiles(.signal, logger: logger)
                notifier.tell(.ready, status: reason)
            }
            group.cancelAll()
        }
    }
}

extension ConfigurationManager {
    /// Reloads the files for somebody who gets no answer; the log tells what became of it.
    ///
    /// - Returns: Why the configuration was not taken, or `nil`.
    @discardableResult
    func reloadFiles(_ source: ConfigurationHistory.Source, logger: Logger) async -> String? {
        do {
            return try await reload(source).report.reason
        } catch {
            logger.error("The configuration was not reloaded", metadata: ["reason": "\(error)"])
            return "\(error)"
        }
    }
}
