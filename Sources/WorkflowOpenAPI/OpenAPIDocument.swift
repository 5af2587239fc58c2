public import WorkflowCore

/// The description of what an application answers over HTTP, as an OpenAPI 3.1 document.
///
/// It is made of what handlers, middlewares and routers tell of themselves: ``DescribedHandler``,
/// ``DescribedMiddleware``, ``DescribedRouting`` and ``DescribedListening``. Types of other packages appear as soon as they adopt these.
///
/// ```swift
/// let configuration = try ConfigurationLoader().load(["app.yaml"])
/// let document = try await OpenAPIDocument(configuration, registry: registry)
/// print(document.value.jsonString(pretty: true))
/// ```
public struct OpenAPIDocument: Sendable {
    /// The version of the specification that documents follow.
    public static let specification = "3.1.1"

    /// The document.
    public let value: JSONValue
    /// What could not be described as it is, for people.
    public let notes: [String]

    /// Describes the application that a configuration leads to; nothing is started, and nothing is changed.
    ///
    /// - Parameters:
    ///   - configuration: The configuration.
    ///   - registry: The types that it may use.
    ///   - environment: What the modules are given, as for ``WorkflowEngine/validate(_:registry:environment:)``.
    /// - Throws: ``ConfigurationError`` with everything that is wrong with the configuration.
    public init(
        _ configuration: ApplicationConfiguration, registry: ModuleRegistry, environment: EngineEnvironment = .init()
    ) async throws {
        self = try await WorkflowEngine.examine(configuration, registry: registry, environment: environment) {
            services in
            try OpenAPIDocument(services, about: configuration.about)
        }
    }

    /// Describes what the routers among some services answer.
    ///
    /// - Parameters:
    ///   - services: The modules of a generation, all of which are valid.
    ///   - about: What the application says of itself.
    /// - Throws: ``ConfigurationError`` when routes contradict each other.
    public init(_ services: ServiceDirectory, about: ApplicationConfiguration.About) throws {
        let servers = services.all((any DescribedServer).self).map(\.service)
        var paths = OpenAPIPaths()
        var all: [String] = []
        let routers = services.all((any DescribedRouting).self)
        for (name, router) in routers {
            var addresses = servers.compactMap { $0.baseURL(ofRouter: name) }
            addresses = addresses.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
            for address in addresses where !all.contains(address) { all.append(address) }
            // Where there are several, each path says where it is answered.
            for described in try router.describeRoutes() {
                paths.add(described, servers: routers.count > 1 ? addresses : [])
            }
        }
        for listening in services.all((any DescribedListening).self) {
            for listener in listening.service.describedListeners {
                let addresses = listener.baseURL.map { [$0] } ?? []
                for described in try listener.describeRoutes() { paths.add(described, servers: addresses) }
            }
        }
        var document: JSONObject = ["openapi": .string(Self.specification), "info": Self.info(about)]
        if !all.isEmpty { document["servers"] = Self.servers(all) }
        document["tags"] = .array(paths.tags.map { ["name": .string($0)] })
        document["paths"] = .object(paths.items)
        document["components"] = .object(paths.components)
        value = .object(document)
        notes = paths.notes
    }

    static func servers(_ addresses: [String]) -> JSONValue { .array(addresses.map { ["url": .string($0)] }) }

    private static func info(_ about: ApplicationConfiguration.About) -> JSONValue {
        var info: JSONObject = [
            "title": .string(about.name.isEmpty ? "Application" : about.name),
            "version": .string(about.version.isEmpty ? "0" : about.version),
        ]
        if !about.description.isEmpty { info["description"] = .string(about.description) }
        return .object(info)
    }
}
