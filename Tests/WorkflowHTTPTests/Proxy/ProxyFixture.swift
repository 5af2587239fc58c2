import NIOCore
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

/// An application that is nothing but a proxy called `gateway`.
///
/// - Parameter configuration: The lines of its configuration.
func withProxy(
    _ configuration: String, server: String = "", environment: EngineEnvironment = quietEnvironment(),
    _ body: (TestApplication) async throws -> Void
) async throws {
    let lines = configuration.split(separator: "\n").map { "      \($0)\n" }.joined()
    let yaml = """
        modules:
          - name: server
            type: http.server
            config: {address: "127.0.0.1:0"\(server)}
          - name: router
            type: http.router
          - name: gateway
            type: http.proxy
            config:

        """
    try await withApplication(yaml + lines, environment: environment, body)
}

/// A proxy in front of a backend whose bytes the test decides.
func withRawBackend(
    _ configuration: String = "", server: String = "", environment: EngineEnvironment = quietEnvironment(),
    _ body: (TestApplication, RawBackend) async throws -> Void
) async throws {
    let backend = try await RawBackend.open()
    try await withProxy(
        "backendServices: {api: \"\(backend.url)\"}\ndefaultBackend: api\n\(configuration)", server: server,
        environment: environment
    ) { app in try await body(app, backend) }
    try await backend.close()
}

/// What is wrong with the configuration of a proxy.
func proxyProblems(_ configuration: String) async -> String {
    let lines = configuration.split(separator: "\n").map { "      \($0)\n" }.joined()
    return await problems(of: web + "  - name: gateway\n    type: reverseproxy\n    config:\n" + lines)
}

extension TestApplication {
    func connect() async throws -> RawConnection { try await RawConnection.open(port: port) }
}

/// Waits until a condition holds; the suites have a time limit.
func eventually(_ condition: () async -> Bool) async throws {
    while await !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}
