import Foundation
import WorkflowCore

/// The store example as a process.
enum StoreFixture {
    static let file = ServerProcess.packageFolder + "/Examples/store/workflow.yaml"
    static let order: JSONValue = [
        "items": [["productId": "prod-001", "quantity": 1]],
        "shipping": ["address": "1 Test Lane", "city": "Testville", "state": "OR", "zip": "97201"],
    ]

    static func start(state: String, latency: ClosedRange<Int> = 0...0, extra: [String] = []) throws -> ServerProcess {
        try ServerProcess(
            ["run", file, "--state", state, "--management-address", "none"] + extra,
            environment: environment(latency: latency))
    }

    static func environment(latency: ClosedRange<Int>) -> [String: String] {
        [
            "HOST": "127.0.0.1", "PORT": "0", "JWT_SECRET": "a secret that is only good for tests",
            "RATE_LIMIT": "1000000", "RATE_BURST": "100000",
            "STEP_LATENCY_MIN": "\(latency.lowerBound)", "STEP_LATENCY_MAX": "\(latency.upperBound)",
        ]
    }
}
