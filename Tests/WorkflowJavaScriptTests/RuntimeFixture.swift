#if JavaScript
import Foundation
import WorkflowCore
import WorkflowJavaScript

/// Lends a runtime and shuts it down.
func withRuntime(
    _ isolation: JavaScriptRuntime.Isolation, _ body: (JavaScriptRuntime) async throws -> Void
) async throws {
    let runtime = try JavaScriptRuntime(isolation: isolation)
    do {
        try await body(runtime)
    } catch {
        await runtime.shutdown()
        throw error
    }
    await runtime.shutdown()
}

/// Lends a runtime whose scripts run in worker processes.
func withProcessRuntime(workers: Int = 2, _ body: (JavaScriptRuntime) async throws -> Void) async throws {
    try await withRuntime(.process(executable: workerExecutable, workers: workers), body)
}

/// Waits until something holds.
///
/// - Returns: Whether it did within the time.
func eventually(within limit: Duration = .seconds(10), _ condition: () async throws -> Bool) async rethrows -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(2))
    }
    return false
}

/// The server's executable, which knows the worker mode; it lies beside the test bundle.
let workerExecutable: String = {
    let arguments = CommandLine.arguments
    let bundle =
        arguments.firstIndex(of: "--test-bundle-path").flatMap {
            arguments.indices.contains($0 + 1) ? arguments[$0 + 1] : nil
        }
    var directory = URL(fileURLWithPath: bundle ?? Bundle.main.executablePath ?? arguments[0])
    while directory.path != "/" {
        directory.deleteLastPathComponent()
        let candidate = directory.appendingPathComponent("wfserver")
        if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate.path }
    }
    return "wfserver"
}()
#endif
