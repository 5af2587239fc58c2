public import ArgumentParser
import Foundation
import WorkflowCore
public import WorkflowPlatform
import WorkflowServer
import WorkflowStore

/// `wfserver quotas`: says what one company of a platform may have and do.
struct QuotasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quotas",
        abstract: "Sets the limits of one company of a platform, and shows them.",
        discussion: """
            Each limit is a number, "unlimited", or "default" for what `wfserver platform` says about all companies. \
            What is left out stays as it is. It takes effect at once, also while the platform runs, and is put on the \
            record of the company.
            """)

    @Argument(help: "The identifier or the short name of the company.")
    var company: String

    @Option(help: "Folder of the database of the platform, or its postgres:// URL.")
    var state = ".workflow"

    @Option(help: "How many workflows it may have.")
    var workflows: QuotaChoice?

    @Option(help: "How many of its workflows may run, each environment counted by itself.")
    var deployments: QuotaChoice?

    @Option(help: "How many executions its workflows may have in a calendar month (UTC).")
    var executionsPerMonth: QuotaChoice?

    @Option(help: "Requests of all its users together in a minute, from 1.")
    var requestsPerMinute: QuotaChoice?

    func validate() throws {
        guard requestsPerMinute != .most(0) else {
            throw ValidationError("--requests-per-minute is a number from 1, \"unlimited\" or \"default\".")
        }
    }

    func run() async throws {
        do {
            let place = PlatformDatabase(state: state)
            guard place.isURL || FileManager.default.fileExists(atPath: place.file) else {
                throw WorkflowError(
                    .notFound, "There is no platform in \(state): \(place.file) does not exist. Give --state.")
            }
            let database = try await place.open(exclusively: false)
            do {
                try await set(database)
            } catch {
                await database.close()
                throw error
            }
            await database.close()
        } catch {
            throw ServerFailure.report(StoreError.translating(error))
        }
    }

    private func set(_ database: any SQLDatabase) async throws {
        var choices = QuotaOperator.Choices()
        choices.workflows = workflows
        choices.deployments = deployments
        choices.executions = executionsPerMonth
        choices.requests = requestsPerMinute
        let limits = try await QuotaOperator(database: database).set(choices, of: company)
        for (name, limit) in zip(limits.keys, limits.values) {
            print("\(name): \(limit.stringValue ?? limit.jsonString())")
        }
    }
}

extension QuotaChoice: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
