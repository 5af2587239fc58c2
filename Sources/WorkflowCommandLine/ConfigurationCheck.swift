import Foundation
import WorkflowCatalog
public import WorkflowCore
import WorkflowHTTP

/// Loads configurations and checks them without starting anything.
public enum ConfigurationCheck {
    /// Reads files and folders with the environment of this process.
    ///
    /// - Parameter paths: Files or folders; several are merged.
    /// - Throws: ``ConfigurationError`` when one of them cannot be read.
    public static func load(_ paths: [String]) throws -> ApplicationConfiguration {
        try ConfigurationLoader(environment: ProcessInfo.processInfo.environment).load(paths)
    }

    /// What modules are given that are only checked.
    public static var environment: EngineEnvironment {
        var environment = EngineEnvironment()
        environment.scriptRuntime = CheckingScriptRuntime()
        environment.httpListeners = SharedListenerFactory()
        environment.databaseDrivers = StandardCatalog.databaseDrivers
        environment.brokerProviders = StandardCatalog.brokerProviders
        return environment
    }

    /// Checks a configuration as a start would, without any effect on the outside.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    public static func validate(_ configuration: ApplicationConfiguration) async throws {
        try await WorkflowEngine.validate(
            configuration, registry: StandardCatalog.registry, environment: environment)
    }
}
