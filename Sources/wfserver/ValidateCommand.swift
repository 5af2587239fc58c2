import ArgumentParser
import Foundation
import WorkflowCatalog
import WorkflowCore

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
            print("The configuration is valid: \(configuration.modules.count) modules.")
        } catch {
            throw ServerFailure.report(error)
        }
    }

    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    static func validate(_ configuration: ApplicationConfiguration) async throws {
        var environment = EngineEnvironment()
        environment.scriptRuntime = AbsentScriptRuntime()
        try await WorkflowEngine.validate(
            configuration, registry: StandardCatalog.registry, environment: environment)
    }
}

/// Stands in for the script engine where nothing is run.
private struct AbsentScriptRuntime: ScriptRuntime {
    func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent {
        throw ScriptError(.workerLost, "Scripts do not run while a configuration is checked.")
    }

    func shutdown() async {}
}
