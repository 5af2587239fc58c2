import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals
import WorkflowCatalog
import WorkflowCommandLine
import WorkflowCore
import WorkflowHTTP

/// `wfserver run`: runs an application.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs an application.",
        discussion: """
            State is kept in .workflow beside the configuration unless a module of the configuration or --state says \
            otherwise. SIGTERM and SIGINT finish what is under way and stop; a second one stops at once.
            """)

    @Argument(help: "Configuration files or folders; several are merged.")
    var files: [String]

    @Option(help: "Folder for the state, a postgres:// URL to share it with other nodes, or none to keep it in memory.")
    var state: String?

    @Option(help: "Where scripts run: process (isolated, the default) or in-process (trusted scripts only).")
    var scripts: ScriptIsolation = .process

    @Option(help: "Address of the management API, or none; by default 127.0.0.1:8081, or a free port.")
    var managementAddress: String?

    @Option(help: "Seconds that a stop waits for work that is under way.")
    var drainSeconds = 30

    @Option(help: "Seconds that a stop goes on serving after /readyz has turned, so that load balancers notice.")
    var drainDelaySeconds = 0

    @Flag(name: .shortAndLong, help: "Do not print what was started.")
    var quiet = false

    @OptionGroup var reload: ReloadCommandOptions

    @OptionGroup var cluster: ClusterOptions

    @OptionGroup var outbound: OutboundOptions

    @OptionGroup var upgrade: UpgradeOptions

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard let managementAddress, managementAddress != "none" else { return }
        do {
            _ = try ListenAddress(managementAddress)
        } catch {
            throw ValidationError("--management-address: \(error)")
        }
    }

    func run() async throws {
        logging.bootstrap()
        let sockets = InheritedSockets.adopt(logger: Logger(label: "workflow"))
        let began = ContinuousClock.now
        do {
            let variables = ProcessInfo.processInfo.environment
            // Before the files are read, so that no change is missed.
            let watch = reload.watch ? ConfigurationWatch(files: files) : nil
            let (application, texts) = try ConfigurationLoader(environment: variables).read(files)
            if !application.issues.isEmpty {
                // Before anything of the state is touched.
                try await ConfigurationCheck.validate(application)
            }
            let location = StateLocation(option: state, beside: files.first ?? ".")
            try await serve(application, texts, watch, sockets, location: location, variables: variables, began: began)
        } catch {
            throw ServerFailure.report(error)
        }
    }

    private func serve(
        _ application: ApplicationConfiguration, _ texts: [ConfigurationHistory.Text], _ watch: ConfigurationWatch?,
        _ sockets: InheritedSockets, location: StateLocation, variables: [String: String],
        began: ContinuousClock.Instant
    ) async throws {
        let parts = try await ServerParts.make(
            application: application, location: location, isolation: scripts, drain: .seconds(drainSeconds),
            drainDelay: .seconds(drainDelaySeconds), reload: reload.policy, cluster: cluster.policy,
            outbound: outbound.policy, sockets: sockets,
            patience: upgrade.waitForState)
        do {
            let reporter = StartReporter(isQuiet: quiet, began: began)
            let logger = parts.environment.logger
            let notifier = UpgradeNotifier(environment: variables, logger: logger)
            let started = AsyncStream.makeStream(of: Void.self)
            let engine = WorkflowEngine(
                configuration: application, registry: StandardCatalog.registry, environment: parts.environment,
                onReady: { summary in
                    reporter.report(summary)
                    notifier.tell(.ready)
                    sockets.reportUnused(to: logger)
                    started.continuation.finish()
                })
            let history = location.folder.map { ConfigurationHistory(folder: "\($0)/configurations", logger: logger) }
            let manager = ConfigurationManager(
                engine: engine, paths: files, variables: variables, history: history, logger: logger)
            var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
                .init(service: SecondSignalService(), successTerminationBehavior: .ignore),
                .init(
                    service: ReloadService(
                        manager: manager, texts: texts, watch: watch, started: started.stream, notifier: notifier,
                        logger: logger),
                    successTerminationBehavior: .ignore),
                .init(
                    service: engine, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup),
            ]
            if managementAddress != "none" {
                let token = try ManagementToken(environment: variables, folder: location.folder)
                let management = try await ManagementService(
                    address: managementAddress, token: token.value,
                    application: ManagedApplication(
                        engine: engine, manager: manager, registry: StandardCatalog.registry,
                        variables: variables),
                    sockets: sockets, logger: parts.quietLogger)
                reporter.note("management", management.url)
                if let file = token.file { reporter.note("management", "token in \(file)") }
                services.append(.init(service: management))
            }
            services.append(.init(service: notifier, successTerminationBehavior: .ignore))
            if watch != nil { reporter.note("watch", "changes of files are applied") }
            let group = ServiceGroup(
                configuration: .init(
                    services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: parts.quietLogger))
            try await group.run()
            await parts.close()
        } catch {
            await parts.close()
            throw error
        }
    }
}

/// Where scripts run.
enum ScriptIsolation: String, ExpressibleByArgument, CaseIterable {
    case process
    case inProcess = "in-process"
}

/// Ends the process when a second signal asks for it while the first one's drain is still going on.
///
/// The first service of the group, so the last one to be shut down: it listens until the engine has stopped.
private struct SecondSignalService: Service {
    func run() async throws {
        var count = 0
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint).cancelOnGracefulShutdown() {
            count += 1
            if count > 1 { Foundation.exit(130) }
        }
    }
}
