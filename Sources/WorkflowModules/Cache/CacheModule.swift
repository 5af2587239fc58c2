import HTTPTypes
public import WorkflowCore

/// `cache.modular`: keeps answers to GET requests in memory.
///
/// ```yaml
/// modules:
///   - name: cache
///     type: cache.modular
///     config:
///       defaultTTL: 30s
/// ```
public final class CacheModule: WorkflowModule, HTTPMiddleware {
    private let caching: ResponseCaching
    let cache: ResponseCache

    public init(configuration: Configuration, context: ModuleContext) {
        cache = ResponseCache(maximumItems: configuration.maxItems, maximumBytes: configuration.maxBytes.bytes)
        caching = ResponseCaching(
            vary: configuration.vary.compactMap { HTTPField.Name($0) }, lifetime: configuration.defaultTTL,
            clock: context.clock, cache: cache)
    }

    public func shutdown() async { cache.removeAll() }

    public func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        try await caching.handle(request, next: next)
    }
}
