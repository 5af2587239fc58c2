import Foundation
import WorkflowCommandLine
import WorkflowCore
import WorkflowJavaScript

/// Where scripts run: processes of their own, as on a server.
enum ScriptSandbox {
    /// A runtime that starts this executable again for each process.
    ///
    /// - Throws: ``CommandFailure`` when this program has no script engine; ``ScriptError``.
    static func runtime() throws -> any ScriptRuntime {
        #if JavaScript
        let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
        return try JavaScriptRuntime(isolation: .process(executable: path, workers: 1))
        #else
        throw CommandFailure(
            .unavailable, "This wfctl was built without JavaScript.", hint: "build it with the trait JavaScript")
        #endif
    }
}
