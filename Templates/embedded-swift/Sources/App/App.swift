import Foundation
import WorkflowCore
import WorkflowModules

@main
enum App {
    /// The module types that the configuration may use: those of the engine, and ours.
    static var registry: ModuleRegistry {
        var registry = ModuleRegistry(StandardModules.all)
        registry.register(Greeter.self)
        return registry
    }

    static func main() async throws {
        let loader = ConfigurationLoader(environment: ProcessInfo.processInfo.environment)
        let configuration = try loader.load(["workflow.yaml", "greetings.yaml"])
        let application = WorkflowEngine(configuration: configuration, registry: registry)
        try await application.start()
        let result = try await application.invoke("guest", action: "arrive", data: ["id": "ada", "name": "Ada"])
        // Delivers what is still under way.
        await application.stop()
        print(result.jsonString())
    }
}
