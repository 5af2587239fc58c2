import ArgumentParser
import Logging
import WorkflowCommandLine
import WorkflowHTTP

/// How an application is run; the same for `wfserver run` and `wfctl run`.
package struct RunOptions: ParsableArguments {
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

    package init() {}

    package func validate() throws {
        guard let managementAddress, managementAddress != "none" else { return }
        do {
            _ = try ListenAddress(managementAddress)
        } catch {
            throw ValidationError("--management-address: \(error)")
        }
    }

    /// Sets the logging system of this process up and runs an application until a signal ends it.
    ///
    /// - Parameter files: The configuration files or folders.
    /// - Throws: `ExitCode`; what went wrong has been printed.
    package func run(_ files: [String]) async throws {
        let logs = LogRecords()
        logging.bootstrap(logs)
        let reporter = StartReporter(isQuiet: quiet, began: .now)
        var process = ApplicationProcess(files: files)
        process.sockets = InheritedSockets.adopt(logger: process.logger)
        process.logs = logs
        process.state = state
        process.scripts = scripts
        process.managementAddress = managementAddress
        process.drain = .seconds(drainSeconds)
        process.drainDelay = .seconds(drainDelaySeconds)
        process.reload = reload.policy
        process.cluster = cluster.policy
        process.outbound = outbound.policy
        process.patience = upgrade.waitForState
        process.isWatching = reload.watch
        process.onReady = { reporter.report($0, $1) }
        do {
            try await process.run()
        } catch {
            throw ServerFailure.report(error)
        }
    }
}

extension ScriptIsolation: ExpressibleByArgument {}
