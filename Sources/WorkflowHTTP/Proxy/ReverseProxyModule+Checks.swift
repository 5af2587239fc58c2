public import WorkflowCore

extension ReverseProxyModule.Configuration {
    /// A path and who answers it.
    struct PathEntry {
        var pattern: String
        var location: SourceLocation
        var path: String
        var backends: [Located<String>]
        /// `nil` for a single backend.
        var strategy: CompositeStrategy?
    }

    /// The paths in the order of the file.
    var pathEntries: [PathEntry] {
        routes.entries.map {
            PathEntry(
                pattern: $0.name, location: $0.location, path: $0.path, backends: [$0.value], strategy: nil)
        }
            + compositeRoutes.entries.map {
                PathEntry(
                    pattern: $0.value.pattern.isEmpty ? $0.name : $0.value.pattern, location: $0.location,
                    path: $0.path, backends: $0.value.backends,
                    strategy: CompositeStrategy(rawValue: $0.value.strategy) ?? .firstSuccess)
            }
    }

    public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        if backendServices.entries.isEmpty {
            decoder.fail(node, "there is no backend", suggestion: "backendServices: {api: \"http://127.0.0.1:9001\"}")
        }
        checkBackends(using: &decoder)
        checkPaths(using: &decoder)
        let place = node.entries?.first { ["cacheEnabled", "cache_enabled"].contains($0.key) }?.value
        let ttl = node.entries?.first { ["cacheTTL", "cache_ttl", "cacheTtl"].contains($0.key) }?.value
        if cacheEnabled || (cacheTTL != nil && place == nil) {
            decoder.fail(
                place ?? ttl ?? node,
                "the proxy does not keep responses: what may be kept, and for whom, only the backend knows",
                suggestion: "remove the key and let the backend send Cache-Control to clients, or put a cache before it"
            )
        }
    }

    private func checkBackends(using decoder: inout ConfigurationDecoder) {
        let known = backendServices.entries.map(\.name)
        let named = pathEntries.flatMap(\.backends) + [defaultBackend].compactMap { $0 }
        for backend in named where !known.contains(backend.value) {
            decoder.fail(
                at: backend.location, path: backend.path, "there is no backend \"\(backend.value)\"",
                suggestion: Suggestion.text(for: backend.value, among: known, what: "backends"))
        }
        for entry in healthCheck.endpoints.entries where !known.contains(entry.name) {
            decoder.fail(
                at: entry.location, path: entry.path, "there is no backend \"\(entry.name)\"",
                suggestion: Suggestion.text(for: entry.name, among: known, what: "backends"))
        }
        for route in compositeRoutes.entries where route.value.backends.isEmpty {
            decoder.fail(at: route.location, path: route.path, "no backend is named")
        }
    }

    private func checkPaths(using decoder: inout ConfigurationDecoder) {
        var seen: [(text: String, pattern: RoutePattern)] = []
        for entry in pathEntries {
            do {
                let pattern = try ProxyPattern.expand(entry.pattern).main
                let other = seen.first { [.equivalent, .overlapping].contains($0.pattern.relation(to: pattern)) }
                if let other {
                    decoder.fail(
                        at: entry.location, path: entry.path,
                        "some requests match both \(other.text) and \(entry.pattern), and neither is more specific")
                }
                seen.append((entry.pattern, pattern))
            } catch {
                decoder.fail(at: entry.location, path: entry.path, "\(error)")
            }
        }
    }
}
