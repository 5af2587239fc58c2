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
public final class DynamicComponentModule: ScriptedModule, ExecutableComponent, ManagedComponent {
    let configuration: Configuration
    let context: ModuleContext
    let host: ComponentHost
    private let client = Mutex<GuardedHTTPClient?>(nil)
    let component: SwappableComponent
    let script: ComponentFile

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        host = ComponentHost(
            name: context.name, grants: ComponentGrants(configuration.allow), limits: configuration.limits.limits,
            generation: context.generation, logger: context.logger)
        script = ComponentFile(configuration.source)
        component = SwappableComponent(
            name: context.name,
            loader: ScriptLoader(
                runtime: context.environment.scriptRuntime, limits: configuration.limits.limits, host: host,
                configuration: configuration.config),
            clock: context.clock, metrics: context.environment.metrics, logger: context.logger)
    }

    var id: String { context.name }
    var file: ComponentFile? { script }
    var executable: any ExecutableComponent { self }

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
        do {
            return try script.read()
        } catch let error as WorkflowError {
            throw context.error(error.message)
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

    public func join(_ generation: GenerationContext) {
        generation.addHealthCheck("component \(context.name)", ComponentHealthCheck(component: component))
    }

    public func prepare() async throws {
        if !configuration.allow.http.isEmpty {
            let grants = ComponentGrants(configuration.allow)
            let client = GuardedHTTPClient(policy: grants.addresses, environment: context.environment) { place in
                grants.hosts.contains { $0.allows(place) }
            }
            self.client.withLock { $0 = client }
            host.transport = client
        }
        do {
            try await component.inTurn {
                let source = try readSource()
                try await component.replace(with: source)
                script.hasLoaded(source.digest)
            }
        } catch let error as ScriptError {
            throw located(error)
        }
    }

    /// The file may have been changed since it was read, by the generation before for instance.
    public func activate() async throws {
        await refresh()
    }

    public func resume() async {
        await refresh()
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
        try await component.inTurn { try await component.replace(with: source) }
    }
}

/// A component that rests makes the application degraded: work waits for it.
private struct ComponentHealthCheck: HealthCheck {
    let component: SwappableComponent

    func check() async -> HealthStatus {
        guard let rest = component.rest else { return HealthStatus(.healthy) }
        return HealthStatus(.degraded, message: rest)
    }
}
