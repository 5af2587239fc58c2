import Foundation
import Logging
import Synchronization
public import WorkflowCore

/// A component written as a script.
///
/// ```yaml
/// modules:
///   - name: payment-processor
///     type: dynamic.component
///     config:
///       source: components/payment-processor.js
/// ```
public final class DynamicComponentModule: WorkflowModule, ExecutableComponent {
    private let configuration: Configuration
    private let context: ModuleContext
    private let component: SwappableComponent
    private let host: ComponentHost
    private let client = Mutex<GuardedHTTPClient?>(nil)

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        let metrics = context.environment.metrics
        host = ComponentHost(
            name: context.name, grants: ComponentGrants(configuration.allow), limits: configuration.limits.limits,
            generation: context.generation, logger: context.logger)
        component = SwappableComponent(
            name: context.name, clock: context.clock, succeeded: metrics.scriptExecutions.with(context.name, "success"),
            failed: metrics.scriptExecutions.with(context.name, "failure"),
            duration: metrics.scriptDuration.with(context.name))
    }

    /// The names besides the module's by which steps find the component.
    var otherNames: [String] {
        (configuration.componentID.isEmpty ? [] : [configuration.componentID]) + configuration.provides
    }

    /// Whether steps find the component under this name.
    func isKnown(as name: String) -> Bool {
        context.name == name || otherNames.contains(name)
    }

    /// The inputs and outputs that the script declares, and the name it gives itself; `nil` while it is not loaded.
    public var contract: (name: String, contract: ScriptContract)? { component.contract }

    public func validate() throws {
        let path = configuration.source.resolved
        guard !path.hasSuffix(".go") else {
            throw context.error(
                "\(configuration.source.written) is written in Go, but components are written in JavaScript",
                suggestion: "write it as module.exports = { execute(input) { … } } in a .js file")
        }
        guard let runtime = context.environment.scriptRuntime else {
            throw context.error(
                "this program was built without a script engine, which dynamic.component needs",
                suggestion: "build it with the package trait JavaScript")
        }
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw context.error(
                "the script \(path) cannot be read",
                suggestion: "source is relative to the folder of the configuration file")
        }
        do {
            try runtime.check(try readSource())
        } catch let error as ScriptError {
            throw located(error)
        }
    }

    private func readSource() throws -> ScriptSource {
        let path = configuration.source.resolved
        do {
            let text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
            return ScriptSource(name: configuration.source.written, text: text)
        } catch {
            throw context.error("the script \(path) cannot be read: \(error.localizedDescription)")
        }
    }

    private func located(_ error: ScriptError) -> ConfigurationError {
        ConfigurationError([
            ConfigurationIssue(
                location: SourceLocation(
                    file: configuration.source.resolved, line: error.line ?? 0, column: error.column ?? 0),
                path: context.name, message: error.message)
        ])
    }

    public func prepare() async throws {
        context.generation.addHealthCheck("component \(context.name)", ComponentHealthCheck(component: component))
        if !configuration.allow.http.isEmpty {
            let grants = ComponentGrants(configuration.allow)
            let client = GuardedHTTPClient(policy: grants.addresses, clock: context.clock) { place in
                grants.hosts.contains { $0.allows(place) }
            }
            self.client.withLock { $0 = client }
            host.transport = client
        }
        do {
            try await replace(source: try readSource())
        } catch let error as ScriptError {
            throw located(error)
        }
    }

    public func shutdown() async {
        do {
            try await component.shutdown()
        } catch {
            context.logger.warning("The component did not stop cleanly", metadata: ["error": "\(error)"])
        }
        host.transport = nil
        let client = client.withLock { client in
            defer { client = nil }
            return client
        }
        await client?.shutdown()
    }

    public var concurrency: Int { configuration.limits.limits.concurrency }

    public func execute(_ input: JSONValue) async throws -> JSONValue {
        try await context.environment.traces.span("script \(context.name)") { _ in try await component.execute(input) }
    }

    /// Replaces the script while the component goes on working.
    ///
    /// The new script is compiled, probed and started beside the old one. Only then do new calls go to it; the old one
    /// stops after the calls that it has. Replacements follow one another.
    ///
    /// - Parameter source: The new script.
    /// - Throws: ``ScriptError``; the old script stays in place then. ``WorkflowError`` `.unavailable` after the shutdown.
    public func replace(source: ScriptSource) async throws {
        guard let runtime = context.environment.scriptRuntime else {
            throw WorkflowError(.unavailable, "This program was built without a script engine.")
        }
        let stopFailure = try await component.replace { [configuration, host] in
            try await runtime.load(
                source, limits: configuration.limits.limits, host: host, configuration: .object(configuration.config))
        }
        if let stopFailure {
            context.logger.warning(
                "The replaced script did not stop cleanly", metadata: ["error": "\(stopFailure)"])
        }
    }
}

/// A component that rests makes the application degraded: work waits for it.
private struct ComponentHealthCheck: HealthCheck {
    let component: SwappableComponent

    func check() async -> HealthStatus {
        guard let rest = component.suspension else { return HealthStatus(.healthy) }
        return HealthStatus(.degraded, message: "suspended for \(rest.retryAfter): \(rest.reason)")
    }
}
