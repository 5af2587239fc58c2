import HTTPTypes
import WorkflowCore

/// The compiled schemas of a module and what each is for.
final class SchemaSet: Sendable {
    /// The schema for everything that no route names.
    let general: JSONSchema?
    private let routes: [SchemaRoute: JSONSchema]

    /// Reads and compiles all schemas.
    ///
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    init(_ configuration: JSONSchemaModule.Configuration) throws {
        let sources = configuration.schemas.entries
        var issues: [ConfigurationIssue] = []
        var documents: [JSONSchema.Document] = []
        for source in sources {
            do {
                documents.append(try source.value.document(named: source.name))
            } catch let error as ConfigurationError {
                issues += error.issues
            }
        }
        guard issues.isEmpty else { throw ConfigurationError(issues) }
        var options = JSONSchemaOptions()
        options.checksFormats = configuration.formats
        options.maximumViolations = configuration.maxErrors
        var compiled: [String: JSONSchema] = [:]
        for (position, source) in sources.enumerated() {
            var companions = documents
            let document = companions.remove(at: position)
            do {
                compiled[source.name] = try JSONSchema(document, companions: companions, options: options)
            } catch {
                for issue in error.issues {
                    let owner = documents.firstIndex { $0.uris.first == issue.document } ?? position
                    let found = sources[owner].value.issue(issue)
                    if !issues.contains(found) { issues.append(found) }
                }
            }
        }
        guard issues.isEmpty else { throw ConfigurationError(issues) }
        let only = configuration.routes.entries.isEmpty && sources.count == 1 ? sources.first?.name : nil
        general = (configuration.body?.value ?? only).flatMap { compiled[$0] }
        var routes: [SchemaRoute: JSONSchema] = [:]
        for entry in configuration.routes.entries {
            if let route = SchemaRoute(entry.name) { routes[route] = compiled[entry.value.value] }
        }
        self.routes = routes
    }

    /// The schema for the body of a request; `nil` when it has none.
    func schema(for request: ServerRequest) -> JSONSchema? {
        let hasBody = request.method == .post || request.method == .put || request.method == .patch
        if !routes.isEmpty {
            let pattern = request.routePattern
            if let schema = routes[SchemaRoute(method: request.method, pattern: pattern)] { return schema }
            if hasBody, let schema = routes[SchemaRoute(method: nil, pattern: pattern)] { return schema }
        }
        return hasBody ? general : nil
    }
}
