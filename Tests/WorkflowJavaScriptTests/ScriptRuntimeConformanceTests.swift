#if JavaScript
import Testing
import WorkflowCore
import WorkflowJavaScript
import WorkflowTesting

/// Suites that start workers, one after the other: they count processes and measure time.
@Suite("JavaScript runtime", .serialized)
enum JavaScriptRuntimeTests {}

extension JavaScriptRuntimeTests {
    @Suite("conformance")
    struct Conformance {
        @Test("in worker processes", arguments: ScriptRuntimeConformance.cases)
        func process(_ testCase: ScriptRuntimeConformance.Case) async throws {
            try await withProcessRuntime(workers: 1) { try await testCase.run(on: $0) }
        }

        @Test("in this process", arguments: ScriptRuntimeConformance.cases.filter { !$0.needsProcess })
        func inProcess(_ testCase: ScriptRuntimeConformance.Case) async throws {
            try await withRuntime(.inProcess()) { try await testCase.run(on: $0) }
        }
    }
}
#endif
