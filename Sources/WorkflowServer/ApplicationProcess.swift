import Foundation
package import Logging
import ServiceLifecycle
package import Tracing
import UnixSignals
import WorkflowCatalog
import WorkflowCommandLine
package import WorkflowCore
package import WorkflowHTTP

/// An application in this process, from its files until a signal ends it: what `wfserver run` and `wfctl dev` have in
/// common.
package struct ApplicationProcess: Sendable {
    /// The configuration files or folders.
    package var files: [String]
    /// Where the state is kept; see ``StateLocation``.
    package var state: String?
    /// Where scripts run.
    package var scripts = ScriptIsolation.process
    /// Where the management API listens, or `none`; `nil` for its usual address.
    package var managementAddress: String?
    /// How long a stop waits for work that is under way.
    package var drain = Duration.seconds(30)
    /// How long a stop goes on serving after it has said that it is not ready.
    package var drainDelay = Duration.zero
    /// How long a stop may take in all, after which the process ends as if it had crashed; `nil` for no limit.
    package var stopLimit: Duration?
    /// Called before the process ends because of that.
    package var onStopLimit: @Sendable () -> Void = {}
    /// When a reloaded configuration counts as good.
    package var reload = ReloadPolicy()
    /// How processes that share the state look after each other.
    package var cluster = ClusterPolicy()
    /// Where requests to other hosts may go.
    package var outbound = OutboundPolicy()
    /// How long to wait for another process to let go of the state.
    package var patience = Duration.zero
    /// Whether changes of the files are applied.
    package var isWatching = false
    /// Whether the terminal of the process is what it runs for: SIGHUP, which tells that it is closed, stops the
    /// application then. Otherwise it asks for a reload.
    package var endsWithTerminal = false
    /// The listening sockets that the process was started with.
    package var sockets: InheritedSockets?
    /// The last lines of the log, for the management API; `nil` when they are not kept.
    package var logs: LogRecords?
    /// The logger that those of the parts are made from.
    package var logger = Logger(label: "workflow")
    /// Makes spans, beside a tracer that a module provides.
    package var tracer: (any Tracer)?
    /// Hears what the application is once it is ready, with what the process adds to that.
    package var onReady: @Sendable (_ summary: EngineSummary, _ notes: [SummaryLine]) -> Void = { _, _ in }
    /// Hears of changes of files.
    package var watchObserver: any ConfigurationWatchObserver = SilentWatchObserver()

    /// Describes a process; nothing is started yet.
    ///
    /// - Parameter files: The configuration files or folders.
    package init(files: [String]) {
        self.files = files
    }

    private var stopSignals: [UnixSignal] { [.sigterm, .sigint] + (endsWithTerminal ? [.sighup] : []) }

    /// Runs the application until a signal ends it.
    ///
    /// - Throws: ``ConfigurationError``, ``StoreError``, ``WorkflowError``; everything that was started is taken down.
    package func run() async throws {
        let variables = ProcessInfo.processInfo.environment
        // Before the files are read, so that no change is missed.
        let watch = isWatching ? ConfigurationWatch(files: files, logger: logger, observer: watchObserver) : nil
        let (application, texts) = try ConfigurationLoader(environment: variables).read(files)
        if !application.issues.isEmpty {
            // Before anything of the state is touched.
            try await ConfigurationCheck.validate(application)
        }
        let location = StateLocation(option: state, beside: files.first ?? ".")
        let parts = try await ServerParts.make(application: application, location: location, process: self)
        do {
            try await serve(application, texts, watch, parts, location: location, variables: variables)
            await parts.close()
        } catch {
            await parts.close()
            throw error
        }
    }

    private func serve(
        _ application: ApplicationConfiguration, _ texts: [ConfigurationHistory.Text], _ watch: ConfigurationWatch?,
        _ parts: ServerParts, location: StateLocation, variables: [String: String]
    ) async throws {
        let notifier = UpgradeNotifier(environment: variables, logger: logger)
        let started = AsyncStream.makeStream(of: Void.self)
        let notes = SummaryNotes()
        let activity = ActivityRecords()
        let engine = WorkflowEngine(
            configuration: application, registry: StandardCatalog.registry, environment: parts.environment,
            onReady: { [self] summary in
                onReady(summary, notes.lines)
                notifier.tell(.ready)
                sockets?.reportUnused(to: logger)
                started.continuation.finish()
            }, onLifecycleEvent: { activity.append($0) })
        let history = location.folder.map { ConfigurationHistory(folder: "\($0)/configurations", logger: logger) }
        let manager = ConfigurationManager(
            engine: engine, paths: files, variables: variables, history: history, logger: logger)
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(
                service: ImpatientStop(signals: stopSignals, limit: stopLimit, onLimit: onStopLimit),
                successTerminationBehavior: .ignore),
            .init(
                service: ReloadService(
                    manager: manager, texts: texts, watch: watch, started: started.stream, notifier: notifier,
                    obeysHangup: !endsWithTerminal, logger: logger),
                successTerminationBehavior: .ignore),
            .init(
                service: engine, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .cancelGroup),
        ]
        if managementAddress != "none" {
            let token = try ManagementToken(environment: variables, folder: location.folder)
            var managed = ManagedApplication(
                engine: engine, manager: manager, registry: StandardCatalog.registry, variables: variables)
            (managed.logs, managed.activity) = (logs, activity)
            let management = try await ManagementService(
                address: managementAddress, token: token.value, application: managed, sockets: sockets,
                logger: parts.quietLogger)
            notes.add("management", management.url)
            if let file = token.file { notes.add("management", "token in \(file)") }
            services.append(.init(service: management))
        }
        services.append(.init(service: notifier, successTerminationBehavior: .ignore))
        if watch != nil { notes.add("watch", "changes of files are applied") }
        let group = ServiceGroup(
            configuration: .init(
                services: services, gracefulShutdownSignals: stopSignals, logger: parts.quietLogger))
        try await group.run()
    }
}

/// Where scripts run.
package enum ScriptIsolation: String, Sendable, CaseIterable {
    /// In processes of their own.
    case process
    /// In this process.
    case inProcess = "in-process"
}

/// Ends the process when a second signal asks for it while the first one's drain is still going on, or when that takes too
/// long.
///
/// The first service of the group, so the last one to be shut down: it listens until the engine has stopped.
private struct ImpatientStop: Service {
    let signals: [UnixSignal]
    let limit: Duration?
    let onLimit: @Sendable () -> Void

    func run() async throws {
        await withDiscardingTaskGroup { group in
            var count = 0
            for await _ in await UnixSignalsSequence(trapping: signals).cancelOnGracefulShutdown() {
                count += 1
                if count > 1 { Foundation.exit(130) }
                guard let limit else { continue }
                group.addTask {
                    do { try await Task.sleep(for: limit) } catch { return }
                    onLimit()
                    Foundation.exit(0)
                }
            }
            group.cancelAll()
        }
    }
}
