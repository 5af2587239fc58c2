public import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals
import WorkflowCatalog
import WorkflowCore
import WorkflowHTTP
public import WorkflowPlatform
import WorkflowServer
import WorkflowStore

/// `wfserver platform`: serves the platform, on which companies and their people manage workflows.
struct PlatformCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "platform",
        abstract: "Serves the platform, on which companies manage their workflows.",
        discussion: """
            The first start shows a token; whoever sends it to POST /api/v1/setup becomes the owner of the first \
            company. The secret that access tokens are signed with can be given in the environment variable \
            WORKFLOW_PLATFORM_SECRET (32 bytes at least); otherwise one is made and kept in the database. The key for \
            the secrets of workflows can be given in WORKFLOW_PLATFORM_KEY (32 bytes at least); otherwise one is made \
            and kept in the file platform.key: without it the secrets are lost.
            """)

    @Option(help: "Folder for the database, or a postgres:// URL.")
    var state = ".workflow"

    @Option(help: "Where to listen.")
    var address = "127.0.0.1:8090"

    @Option(help: "Where to listen for the requests of deployed workflows; each is under /w/ and its identifier.")
    var workflowsAddress = "127.0.0.1:8091"

    @Option(help: "Where to listen for GET /metrics, such as 127.0.0.1:9090; for the operator only. Off by default.")
    var metricsAddress: String?

    @Option(help: "With PostgreSQL: connections that all deployed workflows share.")
    var workflowConnections = 16

    @Option(help: "Folder for the key, and for the state and files of workflows; by default that of the database.")
    var folder: String?

    @Option(
        help:
            "Where people reach the platform, such as https://workflow.example; by default the address.")
    var publicURL: String?

    @Option(help: "Who may register: invited or open.")
    var registration = PlatformConfiguration.Registration.invited

    @Option(help: "A proxy whose X-Forwarded-For is believed; may be repeated.")
    var trustedProxy: [String] = []

    @Option(help: "Requests of one user, or of one address that is not signed in, in a minute.")
    var requestsPerMinute = 1200

    @OptionGroup var quotas: QuotaOptions

    @OptionGroup var mail: MailOptions

    @OptionGroup var signOn: SignOnOptions

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard requestsPerMinute > 0 else { throw ValidationError("--requests-per-minute is a number from 1.") }
        guard workflowConnections > 0 else { throw ValidationError("--workflow-connections is a number from 1.") }
        let addresses: [(String, String?)] = [
            ("--address", address), ("--workflows-address", workflowsAddress), ("--metrics-address", metricsAddress),
        ]
        for case (let option, let value?) in addresses {
            do {
                _ = try ListenAddress(value)
            } catch {
                throw ValidationError("\(option): \(error)")
            }
        }
    }

    func run() async throws {
        logging.bootstrap(LogRecords())
        do {
            try await serve(Logger(label: "platform"))
        } catch {
            throw ServerFailure.report(StoreError.translating(error))
        }
    }

    private func serve(_ logger: Logger) async throws {
        let environment = EngineEnvironment(logger: logger)
        ProcessMetrics.register(in: environment.metrics.registry)
        let sender = try mail.sender(environment: environment)
        let configuration = try platformConfiguration()
        let storage = try await PlatformStorage.open(database, workflowConnections: workflowConnections)
        storage.register(in: environment.metrics.registry)
        do {
            let engines = EngineManager(
                registry: StandardCatalog.registry,
                provider: storage.parts(
                    folder: "\(place)/workflows",
                    executable: Bundle.main.executablePath ?? CommandLine.arguments[0]))
            let platform = try await Platform.open(
                database: storage.database, configuration: configuration, environment: environment, mail: sender,
                engines: engines)
            let servers = try servers(platform, engines, environment)
            try await servers.start()
            announce(platform, servers)
            // They end in the opposite order: no more requests first, the engines with the platform last.
            let group = ServiceGroup(
                configuration: .init(
                    services: ([platform] + servers.services(platform)).map { .init(service: $0) },
                    gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            try await group.run()
            await storage.close()
        } catch {
            await storage.close()
            throw error
        }
    }

    private func platformConfiguration() throws -> PlatformConfiguration {
        let environment = ProcessInfo.processInfo.environment
        var configuration = PlatformConfiguration()
        configuration.publicURL = try publicURL ?? "http://\(ListenAddress(address))"
        configuration.registration = registration
        configuration.requestsPerMinute = requestsPerMinute
        configuration.signOn = try signOn.configuration()
        configuration.providerAddresses = signOn.providerAllow
        configuration.confirmsRegistrations = mail.isSMTP
        configuration.quotas = quotas.limits
        configuration.signingSecret = environment["WORKFLOW_PLATFORM_SECRET"]
            .flatMap { $0.isEmpty ? nil : SecretString($0) }
        configuration.secretsKey = try PlatformKeyFile.key(environment: environment, folder: place)
        return configuration
    }

    private var database: PlatformDatabase { PlatformDatabase(state: state) }

    private var place: String { folder ?? (database.isURL ? ".workflow" : state) }

    private func servers(
        _ platform: Platform, _ engines: EngineManager, _ environment: EngineEnvironment
    ) throws -> PlatformServers {
        func server(
            _ address: String, _ responder: any HTTPHandler, bodyBytes: Int? = nil,
            observer: (any HTTPServerObserver)? = nil
        ) throws -> HTTPServer {
            var settings = HTTPServerConfiguration(address: try ListenAddress(address))
            settings.trustedProxies = trustedProxy
            if let bodyBytes { settings.maxBodyBytes = bodyBytes }
            return HTTPServer(
                configuration: settings, responder: responder, observer: observer, logger: environment.logger)
        }
        let observer = HTTPServerMetrics(metrics: environment.metrics)
        let api = try server(address, platform.handler, observer: observer)
        observer.countInFlight(of: api, in: environment.metrics)
        return PlatformServers(
            api: api,
            workflows: try server(
                workflowsAddress, engines.requests, bodyBytes: DeploymentLimits().bodyBytes),
            metrics: try metricsAddress.map { try server($0, platform.metrics) })
    }

    private func announce(_ platform: Platform, _ servers: PlatformServers) {
        for line in servers.announcement { print(line) }
        if let token = platform.setupToken {
            print("Nobody uses it yet; the token for POST /api/v1/setup: \(token)")
        }
        fflush(nil)
    }
}

extension PlatformConfiguration.Registration: ExpressibleByArgument {}
