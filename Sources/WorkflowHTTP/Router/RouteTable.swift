import HTTPTypes
public import WorkflowCore

/// Finds the handler for each request by its method and path.
///
/// - The most specific route wins: a literal before a parameter before a tail.
/// - HEAD is answered by the route for GET unless there is one for HEAD.
/// - A path that only other methods have gets 405 with `Allow`; OPTIONS gets 204 with `Allow`.
/// - A path that lacks the final `/` of a subtree is redirected to it with 307.
/// - Anything else gets 404.
public struct RouteTable: HTTPHandler {
    struct Entry: Sendable {
        let route: Route
        let handler: any HTTPHandler
        /// The module that answers.
        var source = ""
        let preflight: [any HTTPMiddleware]
    }

    private let entries: [Entry]
    /// The routes without any parameter or tail, by their path.
    private var literals: [String: RouteLeaf] = [:]
    private var trie = RouteTrie()

    init(entries: [Entry]) {
        self.entries = entries
        for (index, entry) in entries.enumerated() {
            trie.insert(entry.route.pattern.segments, method: entry.route.method, route: index)
            if let path = entry.route.pattern.literalPath {
                literals[path, default: RouteLeaf()].add(method: entry.route.method, route: index)
            }
        }
    }

    /// The routes in the order in which they were added.
    public var routes: [Route] { entries.map(\.route) }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        var request = request
        if let index = literals[request.path]?.route(for: request.method) {
            request.routePattern = entries[index].route.pattern.description
            return try await answer(request, entries[index])
        }
        guard let (index, values) = match(request.method, request.path) else {
            return try await handleUnmatched(request)
        }
        let pattern = entries[index].route.pattern
        request.routePattern = pattern.description
        for (name, value) in zip(pattern.parameterNames, values) {
            request.parameters.append(name: name, value: value)
        }
        return try await answer(request, entries[index])
    }

    private func answer(_ request: ServerRequest, _ entry: Entry) async throws -> ServerResponse {
        var response = try await entry.handler.handle(request)
        if case .stream = response.body { response.streamSource = entry.source }
        return response
    }

    /// The route for a method and path, with the decoded values of its parameters.
    private func match(_ method: HTTPRequest.Method, _ path: String) -> (index: Int, values: [String])? {
        var found: Int?
        var captures: [Range<Int>] = []
        var path = path
        return path.withUTF8 { bytes in
            let isFound = trie.search(bytes, captures: &captures) { leaf in
                found = leaf.route(for: method)
                return found != nil
            }
            guard isFound, let found else { return nil }
            return (found, captures.map { PercentEncoding.decode(UnsafeBufferPointer(rebasing: bytes[$0])) })
        }
    }

    private func handleUnmatched(_ request: ServerRequest) async throws -> ServerResponse {
        if request.path == "*" { return ServerResponse(status: .noContent) }
        let candidates = self.candidates(request.path)
        guard let first = candidates.first else { return redirectOrNotFound(request) }
        let allow = Self.allow(candidates.map { entries[$0].route.method })
        guard request.method == .options else {
            return HTTPError(
                .methodNotAllowed, "\(request.path) does not answer \(request.method.rawValue); it answers \(allow).",
                headers: [.allow: allow]
            ).response
        }
        let wanted = request.headers[.accessControlRequestMethod].flatMap { HTTPRequest.Method($0) }
        let entry = entries[wanted.flatMap { match($0, request.path)?.index } ?? first]
        var handler: any HTTPHandler = AutomaticOptionsHandler(allow: allow)
        for middleware in entry.preflight.reversed() { handler = MiddlewareHandler(middleware, next: handler) }
        var request = request
        request.routePattern = entry.route.pattern.description
        return try await handler.handle(request)
    }

    /// Every route that matches the path, whatever its method, the most specific first.
    private func candidates(_ path: String) -> [Int] {
        var candidates: [Int] = []
        var captures: [Range<Int>] = []
        var path = path
        _ = path.withUTF8 { bytes in
            trie.search(bytes, captures: &captures) { leaf in
                candidates.append(contentsOf: leaf.routes.map(\.index))
                return false
            }
        }
        return candidates
    }

    private func redirectOrNotFound(_ request: ServerRequest) -> ServerResponse {
        // `//host` as a location would lead to another server.
        let isSafe = !request.path.hasPrefix("//") && !request.path.contains("\\")
        if isSafe, !request.path.hasSuffix("/"), !candidates(request.path + "/").isEmpty {
            let location = request.path + "/" + (request.query.map { "?" + $0 } ?? "")
            return ServerResponse(status: .temporaryRedirect, headers: [.location: location])
        }
        return HTTPError(.notFound, "There is nothing at \(request.path).").response
    }

    private static func allow(_ methods: [HTTPRequest.Method?]) -> String {
        var names: [String] = []
        for case let method? in methods {
            if !names.contains(method.rawValue) { names.append(method.rawValue) }
            if method == .get, !names.contains("HEAD") { names.append("HEAD") }
        }
        if !names.contains("OPTIONS") { names.append("OPTIONS") }
        return names.sorted().joined(separator: ", ")
    }
}

/// Answers OPTIONS for a path that has no route for it.
private struct AutomaticOptionsHandler: HTTPHandler {
    let allow: String

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        ServerResponse(status: .noContent, headers: [.allow: allow])
    }
}

extension RoutePattern {
    /// The one path that the pattern matches, as it is usually sent; `nil` when it matches several.
    var literalPath: String? {
        var path = ""
        for segment in segments {
            // An escape in a request that spells such a character is only seen by the trie.
            guard case .literal(let text) = segment, !text.contains("/"), !text.contains("%") else { return nil }
            path += "/" + text
        }
        return path
    }
}
