import Foundation
import Logging
import WorkflowCatalog
import WorkflowCommandLine
import WorkflowCore
import WorkflowHTTP

/// An application that consists of one component, so that it gets what it gets on a server.
struct ComponentApplication {
    private static let type = "dynamic.component"
    /// What shows the messages that the component publishes; no file can have modules of these names.
    private static let surroundings: JSONValue = [
        "modules": [
            ["name": "wfctl.events", "type": "messaging.broker"],
            ["name": "wfctl.published", "type": "messaging.handler", "config": ["topic": ">"]],
        ]
    ]

    /// The name of the component.
    let name: String
    private let configuration: ApplicationConfiguration

    /// Makes the application of a script.
    ///
    /// - Parameters:
    ///   - file: The script.
    ///   - configurations: The files in which a module has the script; empty for none.
    ///   - module: The module, when several have it.
    /// - Throws: ``CommandFailure`` when no module is meant clearly; ``ConfigurationError`` when a file cannot be read.
    init(file: String, configurations: [String], module: String?) throws {
        var application = try ApplicationConfiguration(Self.surroundings)
        if configurations.isEmpty {
            let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
            let path = URL(fileURLWithPath: file).standardizedFileURL.path
            application.modules += try ApplicationConfiguration([
                "modules": [
                    ["name": .string(name), "type": .string(Self.type), "config": ["source": .string(path)]]
                ]
            ]).modules
            self.name = name
        } else {
            let loaded = try ConfigurationCheck.load(configurations)
            var chosen = try Self.module(of: file, in: loaded, named: module)
            chosen.dependsOn = []
            application.modules.append(chosen)
            application.settings = loaded.settings
            name = chosen.name
        }
        configuration = application
    }

    private static func module(
        of file: String, in configuration: ApplicationConfiguration, named name: String?
    ) throws -> ApplicationConfiguration.Module {
        let components = configuration.modules.filter { $0.type == type }
        let wanted = path(file)
        let found = components.filter { component in
            if let name { return component.name == name }
            guard let node = component.configuration["source"], let text = node.text else { return false }
            let folder = URL(fileURLWithPath: node.location.file).deletingLastPathComponent().path
            return path(ConfigurationFilePath(text, base: folder).resolved) == wanted
        }
        if let first = found.first, found.count == 1 { return first }
        guard found.isEmpty else {
            let names = found.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                .usage, "Several components have the script \(file): \(names).",
                hint: "name one: --module \(found[0].name)")
        }
        if let name {
            throw CommandFailure(
                .notFound, "The configuration has no component \"\(name)\".",
                hint: Suggestion.text(for: name, among: components.map(\.name), what: "components"))
        }
        throw CommandFailure(
            .notFound, "No \(type) of the configuration has the script \(file).",
            hint: components.isEmpty ? nil : "name the module: --module \(components[0].name)")
    }

    /// The path without detours, so that two ways to a file are the same.
    private static func path(_ file: String) -> String {
        URL(fileURLWithPath: file).standardizedFileURL.resolvingSymlinksInPath().path
    }

    /// Starts the application, executes the component once, and stops.
    ///
    /// - Throws: ``ConfigurationError`` when the script or its configuration is wrong; ``ScriptError``;
    ///   ``WorkflowError``.
    func execute(_ input: JSONValue, runtime: any ScriptRuntime, logLevel: Logger.Level) async throws -> JSONValue {
        var environment = EngineEnvironment(
            logger: Logger(label: "component") { [name] _ in
                ComponentLogHandler(component: name, logLevel: logLevel)
            },
            scriptRuntime: runtime)
        environment.httpListeners = SharedListenerFactory()
        let engine = WorkflowEngine(
            configuration: configuration, registry: StandardCatalog.registry, environment: environment)
        try await engine.start()
        do {
            let component = try engine.service((any ExecutableComponent).self, named: name)
            let result = try await component.execute(input)
            await engine.stop()
            return result
        } catch {
            await engine.stop()
            throw error
        }
    }
}

/// Shows the log of a component, and what it publishes, on standard error.
struct ComponentLogHandler: LogHandler {
    private static let prefix = "script."

    /// The module whose lines are shown.
    let component: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let style = Terminal.errors.style
        if let topic = all["message.topic"], let payload = all["message.payload"] {
            Console.note("\(style.green("published")): \(topic) \(payload)")
            return
        }
        guard all["module"].map({ "\($0)" }) == component else { return }
        let details = all.filter { $0.key.hasPrefix(Self.prefix) }.sorted { $0.key < $1.key }
            .map { "\($0.key.dropFirst(Self.prefix.count)) \($0.value)" }.joined(separator: ", ")
        Console.note("\(title(event.level, style)): \(event.message)" + (details.isEmpty ? "" : " (\(details))"))
    }

    private func title(_ level: Logger.Level, _ style: TextStyle) -> String {
        switch level {
        case .trace, .debug: style.dim("debug")
        case .info, .notice: "info"
        case .warning: style.yellow("warn")
        case .error, .critical: style.red("error")
        }
    }
}
