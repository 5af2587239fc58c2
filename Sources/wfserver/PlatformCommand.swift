public import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals
import WorkflowCore
import WorkflowHTTP
public import WorkflowPlatform
import WorkflowServer
import WorkflowStore
import WorkflowStorePostgreSQL
import WorkflowStoreSQLite

/// `wfserver platform`: serves the platform, on which companies and their people manage workflows.
struct PlatformCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "platform",
        abstract: "Serves the platform, on which companies manage their workflows.",
        discussion: """
            The first start shows a token; whoever sends it to POST /api/v1/setup becomes the owner of the first \
            company. The secret that access tokens are signed with can be given in the environment variable \
            WORKFLOW_PLATFORM_SECRET (32 bytes at least); otherwise one is made and kept in the database.
            """)

    @Option(help: "Folder for the database, or a postgres:// URL.")
    var state = ".workflow"

    @Option(help: "Where to listen.")
    var address = "127.0.0.1:8090"

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

    @OptionGroup var mail: MailOptions

    @OptionGroup var logging: LoggingOptions

    func validate() throws {
        guard requestsPerMinute > 0 else { throw ValidationError("--requests-per-minute is a number from 1.") }
        do {
            _ = try ListenAddress(address)
        } catch {
            throw ValidationError("--address: \(error)")
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
        let listen = try ListenAddress(address)
        var configuration = PlatformConfiguration()
        configuration.publicURL = publicURL ?? "http://\(listen)"
        configuration.registration = registration
        configuration.requestsPerMinute = requestsPerMinute
        configuration.signingSecret = ProcessInfo.processInfo.environment["WORKFLOW_PLATFORM_SECRET"]
            .flatMap { $0.isEmpty ? nil : SecretString($0) }
        let environment = EngineEnvironment(logger: logger)
        let sender = try mail.sender(environment: environment)
        let database = try await database()
        do {
            let platform = try await Platform.open(
                database: database, configuration: configuration, environment: environment, mail: sender)
            var settings = HTTPServerConfiguration(address: listen)
            settings.trustedProxies = trustedProxy
            let server = HTTPServer(configuration: settings, responder: platform.handler, logger: logger)
            try await server.start()
            print("The platform listens on http://\(server.localAddress.map { "\($0)" } ?? "").")
            if let token = platform.setupToken {
                print("Nobody uses it yet; the token for POST /api/v1/setup: \(token)")
            }
            fflush(nil)
            let group = ServiceGroup(
                configuration: .init(
                    services: [
                        .init(service: platform), .init(service: PlatformServerService(server: server)),
                    ],
                    gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            try await group.run()
            await database.close()
        } catch {
            await database.close()
            throw error
        }
    }

    private func database() async throws -> any SQLDatabase {
        if state.hasPrefix("postgres://") || state.hasPrefix("postgresql://") {
            #if PostgreSQL
            return try await PostgreSQLDatabase.open(PostgreSQLDatabase.Configuration(dsn: state))
            #else
            throw StoreError(.unavailable, "this program was built without PostgreSQL")
            #endif
        }
        #if SQLite
        return try await SQLiteDatabase.open(
            SQLiteDatabase.Configuration(path: "\(state)/platform.sqlite"))
        #else
        throw StoreError(
            .unavailable, "this program was built without SQLite; give a postgres:// URL")
        #endif
    }
}

extension PlatformConfiguration.Registration: ExpressibleByArgument {}

/// Stops the server of the platform with the process.
private struct PlatformServerService: Service {
    let server: HTTPServer

    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // The process ends for another reason, for which the server stops as well.
        }
        await server.stop(deadline: .seconds(10))
    }
}
