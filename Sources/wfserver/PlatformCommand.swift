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
        for (option, value) in [("--address", address), ("--workflows-address", workflowsAddress)] {
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
        let sender = try mail.sender(environment: environment)
        let configuration = try platformConfiguration()
        let database = try await database.open(exclusively: true)
        do {
            let engines = engines()
            let platform = try await Platform.open(
                database: database, configuration: configuration, environment: environment, mail: sender,
                engines: engines)
            let api = try server(address, platform.handler, logger)
            let workflows = try server(
                workflowsAddress, engines.requests, bodyBytes: DeploymentLimits().bodyBytes, logger)
            try await api.start()
            do {
                try await workflows.start()
            } catch {
                await api.stop(deadline: .zero)
                throw error
            }
            announce(platform, api, workflows)
            // They end in the opposite order: no more requests first, the engines with the platform last.
            let group = ServiceGroup(
                configuration: .init(
                    services: [
                        .init(service: platform),
                        .init(service: PlatformServerService(server: api, platform: platform)),
                        .init(service: PlatformServerService(server: workflows)),
                    ],
                    gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            try await group.run()
            await database.close()
        } catch {
            await database.close()
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

    private func engines() -> EngineManager {
        EngineManager(
            registry: StandardCatalog.registry,
            provider: DeployedWorkflowParts(
                folder: "\(place)/workflows", dsn: database.isURL ? state : nil,
                executable: Bundle.main.executablePath ?? CommandLine.arguments[0]))
    }

    private func server(
        _ address: String, _ responder: any HTTPHandler, bodyBytes: Int? = nil, _ logger: Logger
    ) throws -> HTTPServer {
        var settings = HTTPServerConfiguration(address: try ListenAddress(address))
        settings.trustedProxies = trustedProxy
        if let bodyBytes { settings.maxBodyBytes = bodyBytes }
        return HTTPServer(configuration: settings, responder: responder, logger: logger)
    }

    private func announce(_ platform: Platform, _ api: HTTPServer, _ workflows: HTTPServer) {
        print("The platform listens on http://\(api.localAddress.map { "\($0)" } ?? "").")
        print("Deployed workflows are under http://\(workflows.localAddress.map { "\($0)" } ?? "")/w/.")
        if let token = platform.setupToken {
            print("Nobody uses it yet; the token for POST /api/v1/setup: \(token)")
        }
        fflush(nil)
    }
}

extension PlatformConfiguration.Registration: ExpressibleByArgument {}

/// Stops the server of the platform with the process.
private struct PlatformServerService: Service {
    let server: HTTPServer
    /// What has streams on this server, which would hold up its end.
    var platform: Platform?

    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // The process ends for another reason, for which the server stops as well.
        }
        platform?.endStreams()
        await server.stop(deadline: .seconds(10))
    }
}
