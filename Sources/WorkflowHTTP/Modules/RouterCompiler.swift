import HTTPTypes
import Logging
import WorkflowCore

/// Makes a route table of what the modules of a generation have added to a router.
struct RouterCompiler {
    private let chain: RouteChain
    private let fallbackLocation: SourceLocation
    private(set) var entries: [RouterEntry] = []
    private(set) var issues: [ConfigurationIssue] = []

    /// Creates a compiler.
    ///
    /// - Parameters:
    ///   - logger: Logs errors of handlers that have no answer of their own.
    ///   - location: Where the router stands, for issues that have no better place.
    init(logger: Logger, location: SourceLocation) {
        chain = RouteChain(logger: logger)
        fallbackLocation = location
    }

    /// Compiles a table.
    ///
    /// - Throws: ``ConfigurationError`` with every route that says the same as, or contradicts, another.
    mutating func compile(_ routes: [RouterEntry], _ triggers: [RouterTrigger]) throws -> RouteTable {
        for route in routes where !route.isFallback { add(route) }
        for trigger in triggers { add(trigger) }
        let configured = entries
        for route in routes where route.isFallback && !gives(way: route, to: configured) { add(route) }
        if !issues.isEmpty { throw ConfigurationError(issues) }
        return RouteTable(entries: entries.map(tableEntry))
    }

    private mutating func add(_ entry: RouterEntry) {
        for other in entries where Self.methodsMeet(entry.method, other.method) {
            switch entry.pattern.relation(to: other.pattern) {
            case .equivalent where entry.method == other.method:
                if entry.isFallback { return }
                fail(entry, other, "\(entry.description) is routed twice")
                return
            case .overlapping:
                fail(
                    entry, other,
                    "some requests match both \(entry.description) and \(other.description), and neither is more specific"
                )
                return
            default: break
            }
        }
        entries.append(entry)
    }

    private mutating func add(_ trigger: RouterTrigger) {
        let same = entries.indices.filter { entries[$0].pattern.relation(to: trigger.pattern) == .equivalent }
        if let index = same.first(where: { entries[$0].method == trigger.method }) {
            if let other = entries[index].trigger {
                issues.append(
                    ConfigurationIssue(
                        location: trigger.location, path: trigger.path,
                        message: "there is a trigger for \(entries[index].description) already (\(other))",
                        suggestion: "let one workflow start the other, for example by an event"))
                return
            }
            entries[index].handler = trigger.makeHandler(entries[index].handler)
            entries[index].trigger = trigger.description
        } else if let index = same.first(where: { entries[$0].method == nil }) {
            var entry = entries[index]
            entry.method = trigger.method
            entry.handler = trigger.makeHandler(entry.handler)
            entry.trigger = trigger.description
            entries.append(entry)
        } else {
            add(
                RouterEntry(
                    method: trigger.method, pattern: trigger.pattern, handler: trigger.makeHandler(nil),
                    middlewares: trigger.middlewares, handlerName: "", origin: "triggers.http",
                    location: trigger.location, path: trigger.path, details: trigger.details,
                    trigger: trigger.description))
        }
    }

    /// Whether the configuration has a route that stands for a fallback route.
    private func gives(way route: RouterEntry, to configured: [RouterEntry]) -> Bool {
        configured.contains { other in
            if route.handler is any SelfRoutingHandler, other.handlerName == route.handlerName { return true }
            return other.pattern.relation(to: route.pattern) == .equivalent
                && (other.method == nil || other.method == route.method)
        }
    }

    private mutating func fail(_ entry: RouterEntry, _ other: RouterEntry, _ message: String) {
        issues.append(
            ConfigurationIssue(
                location: entry.location ?? other.location ?? fallbackLocation, path: entry.path,
                message: message, suggestion: "the other one is \(other.place)"))
    }

    private func tableEntry(_ entry: RouterEntry) -> RouteTable.Entry {
        var handler = entry.handler
        if entry.isFallback, entry.method != nil {
            let regular = entries.filter { !$0.isFallback && $0.pattern.relation(to: entry.pattern) == .moreSpecific }
            if !regular.isEmpty { handler = FallbackHandler(next: handler, regular: regular) }
        }
        let answersOptions = entry.method == nil || entry.method == .options
        return RouteTable.Entry(
            route: Route(method: entry.method, pattern: entry.pattern),
            handler: answersOptions
                ? chain.handlerWithPreflight(handler, behind: entry.middlewares)
                : chain.handler(handler, behind: entry.middlewares),
            source: entry.handlerName,
            preflight: RouteChain.preflight(entry.middlewares))
    }

    private static func methodsMeet(_ left: HTTPRequest.Method?, _ right: HTTPRequest.Method?) -> Bool {
        switch (left, right) {
        case (nil, _), (_, nil): true
        default: left == right
        }
    }
}

/// A route that catches what is left, such as the files of a web application.
///
/// A path that the configuration routes for other methods only is not its business.
private struct FallbackHandler: HTTPHandler {
    private let next: any HTTPHandler
    private let methods: [HTTPRequest.Method?]
    private var trie = RouteTrie()

    init(next: any HTTPHandler, regular: [RouterEntry]) {
        self.next = next
        methods = regular.map(\.method)
        for (index, entry) in regular.enumerated() {
            trie.insert(entry.pattern.segments, method: entry.method, route: index)
        }
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let allowed = allowedMethods(for: request.path)
        guard !allowed.isEmpty else { return try await next.handle(request) }
        let allow = Set(allowed + ["OPTIONS"]).sorted().joined(separator: ", ")
        throw HTTPError(
            .methodNotAllowed, "\(request.path) does not answer \(request.method.rawValue); it answers \(allow).",
            headers: [.allow: allow])
    }

    private func allowedMethods(for path: String) -> [String] {
        var allowed: [String] = []
        var captures: [Range<Int>] = []
        var path = path
        _ = path.withUTF8 { bytes in
            trie.search(bytes, captures: &captures) { leaf in
                allowed += leaf.routes.compactMap { methods[$0.index]?.rawValue }
                return false
            }
        }
        return allowed
    }
}
