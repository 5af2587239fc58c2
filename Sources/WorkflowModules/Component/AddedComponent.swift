import Logging
import WorkflowCore

/// A component that no configuration defines. It belongs to no generation, and steps that hold it see each of its scripts,
/// also when it is removed and added again.
final class AddedComponent: ManagedComponent, ExecutableComponent {
    let id: String
    let component: SwappableComponent
    let file: ComponentFile? = nil
    let logger: Logger

    init(id: String, environment: EngineEnvironment) {
        self.id = id
        var logger = environment.logger
        logger[metadataKey: "component"] = "\(id)"
        self.logger = logger
        component = SwappableComponent(
            name: id,
            loader: ScriptLoader(
                runtime: environment.scriptRuntime, limits: ScriptLimits(),
                host: AddedComponentHost(name: id, log: ScriptLog(logger: logger)), configuration: [:]),
            clock: environment.clock, metrics: environment.metrics, logger: logger)
    }

    var executable: any ExecutableComponent { self }
    var concurrency: Int { component.concurrency }

    func execute(_ input: JSONValue) async throws -> JSONValue {
        try await component.execute(input)
    }
}

/// Lets a script log, and nothing else: what it may do besides is for the configuration to say.
private struct AddedComponentHost: ScriptHost {
    let name: String
    let log: ScriptLog

    var logLevel: String { log.level }

    func log(level: String, message: String, metadata: JSONObject) {
        log.write(level: level, message: message, metadata: metadata)
    }

    func call(_ function: String, arguments: [JSONValue]) async throws -> JSONValue {
        throw WorkflowError(
            .forbidden,
            "The component \"\(name)\" may not call \(function): it was added while the application ran; define it as a dynamic.component in the configuration to grant it."
        )
    }
}
