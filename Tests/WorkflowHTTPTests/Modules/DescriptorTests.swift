import Testing
import WorkflowCore

@testable import WorkflowHTTP

@Suite("The descriptors of the HTTP modules")
struct DescriptorTests {
    /// Types of other targets that examples name.
    private static let foreign: Set<String> = ["auth.jwt", "messaging.broker", "messaging.handler"]

    @Test(arguments: ModuleRegistry(HTTPModules.all).descriptors.map(\.type))
    func `each example is a complete configuration`(type: String) async throws {
        let descriptors = testRegistry.descriptors.filter { $0.type == type }
        for descriptor in descriptors {
            #expect(!descriptor.summary.isEmpty)
            #expect(!descriptor.details.isEmpty)
            #expect(!descriptor.examples.isEmpty)
            for example in descriptor.examples {
                let configuration = try ApplicationConfiguration(yaml: example.yaml)
                guard Self.foreign.isDisjoint(with: configuration.modules.map(\.type)) else { continue }
                #expect(await problems(of: example.yaml) == "")
            }
        }
    }
}
