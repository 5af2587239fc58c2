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
    /// Whether SIGHUP asks for a reload.
    let obeysHangup: Bool
    let logger: Logger

    func run() async throws {
        // From the beginning: the signal would end the process before.
        let signals = obeysHangup ? await UnixSignalsSequence(trapping: .sighup) : nil
        for await _ in started {}
        guard !Task.isCancelled else { return }
        await manager.recordStart(texts)
        await withDiscardingTaskGroup { group in
            if let watch { group.addTask { await watch.run(manager, logger: logger) } }
            if let signals {
                for await _ in signals.cancelOnGracefulShutdown() { await reload() }
            } else {
                // Cancelled or asked to stop, which is the same here.
                try? await gracefulShutdown()
            }
            group.cancelAll()
        }
    }

    private func reload() async {
        notifier.tell(.reloading)
        let reason: String? =
            switch await manager.reloadFiles(.signal, logger: logger) {
            case .success(let outcome): outcome.report.reason
            case .failure(let error): "\(error)"
            }
        notifier.tell(.ready, status: reason)
    }
}

extension ConfigurationManager {
    /// Reloads the files for somebody who gets no answer; the log tells what became of it.
    ///
    /// - Returns: What became of it; an error when it could not even be tried.
    func reloadFiles(
        _ source: ConfigurationHistory.Source, logger: Logger
    ) async -> Result<Outcome, any Error> {
        do {
            return .success(try await reload(source))
        } catch {
            logger.error("The configuration was not reloaded", metadata: ["reason": "\(error)"])
            return .failure(error)
        }
    }
}
