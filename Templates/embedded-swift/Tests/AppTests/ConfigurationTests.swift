import Testing
import WorkflowCore

@testable import App

@Test("the configuration is valid with the modules of this program")
func configurationIsValid() async throws {
    let configuration = try ConfigurationLoader(environment: [:]).load(["workflow.yaml", "greetings.yaml"])
    try await WorkflowEngine.validate(configuration, registry: App.registry)
}
