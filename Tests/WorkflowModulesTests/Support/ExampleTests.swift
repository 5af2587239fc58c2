import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct ExampleTests {
    /// Examples that need no server; the others are tested where all types are known.
    static let examples = StandardModules.all.flatMap { type in
        type.descriptor.examples.filter { !$0.yaml.contains("type: http.") }.map { (type.descriptor.type, $0.yaml) }
    }

    @Test(arguments: examples)
    func examplesAreValid(type: String, yaml: String) async throws {
        // The scripts of the examples lie in a folder; here they need not say anything.
        let flat = yaml.replacing("source: components/", with: "source: ")
        var options = TestApplication.Options()
        options.scripts = ["payment-processor": FakeScript(), "shipping-service": FakeScript()]
        let issues = try await TestApplication.issues(flat, options)
        #expect(issues.isEmpty, "\(type): \(issues)")
    }

    @Test func everyTypeHasAnExampleAndASummary() {
        for type in StandardModules.all {
            let descriptor = type.descriptor
            #expect(!descriptor.examples.isEmpty, "\(descriptor.type)")
            #expect(descriptor.summary.hasSuffix("."), "\(descriptor.type)")
            #expect(!descriptor.details.isEmpty, "\(descriptor.type)")
        }
    }
}
