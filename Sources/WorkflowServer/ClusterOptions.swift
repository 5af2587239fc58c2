import ArgumentParser
import Foundation
import WorkflowCore

/// How a process gets on with others that share its state.
struct ClusterOptions: ParsableArguments {
    @Option(help: "Seconds without a sign of life after which other nodes take over the work of a node.")
    var nodeTimeoutSeconds = 6.0

    func validate() throws {
        guard (1...3600).contains(nodeTimeoutSeconds) else {
            throw ValidationError("--node-timeout-seconds is from 1 to 3600.")
        }
    }

    var policy: ClusterPolicy {
        var policy = ClusterPolicy()
        policy.takeOverAfter = .seconds(nodeTimeoutSeconds)
        return policy
    }

    /// What other nodes see of this one.
    static var description: JSONObject {
        let process = ProcessInfo.processInfo
        return [
            "host": .string(process.hostName), "processID": .integer(Int64(process.processIdentifier)),
            "version": .string(ServerVersion.current),
        ]
    }
}
