import ArgumentParser
import Foundation
import WorkflowCatalog
import WorkflowCore
import WorkflowHTTP
import WorkflowJavaScript

/// `wfserver validate`: checks a configuration without starting anything.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Checks a configuration without starting anything.")

    @Argument(help: "Configuration files or folders; several are merged.")
    var files: [String]

    func run() async throws {
        do {
            let configuration = try ConfigurationLoader(environment: ProcessInfo.processInfo.environment).load(files)
            try await Self.validate(configuration)
            let count = configuration.modules.count
            print("The configuration is valid: \(count) module\(count == 1 ? "" : "s").")
        } catch {
            throw ServerFailure.report(error)
        }
    }

    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    static func validate(_ configuration: ApplicationConfiguration) async throws {
        var environment = EngineEnvironment()
        environment.scriptRuntime = CheckingScriptRuntime()
        environment.httpListeners = SharedListenerFactory()
        environment.databaseDrivers = StandardCatalog.databaseDrivers
        environment.brokerProviders = StandardCatalog.brokerProviders
        try await WorkflowEngine.validate(
            configuration, registry: StandardCatalog.registry, environment: environment)
    }
}

/// Stands in for the script engine where scripts are only looked at.
private struct CheckingScriptRuntime: ScriptRuntime {
    func check(_ source: ScriptSource) throws {
        #if JavaScript
        try JavaScriptSyntax.check(source)
        #endif
    }

    func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent {
        throw ScriptError(.workerLost, "Scripts do not run while a configuration is checked.")
    }

    func shutdown() async {}
}
