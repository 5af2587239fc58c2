#if Redis
import HTTPTypes
public import WorkflowCore

/// `cache.redis`: keeps answers to GET requests in Redis, for all processes.
///
/// ```yaml
/// modules:
///   - name: cache
///     type: cache.redis
///     config: {url: "redis://127.0.0.1:6379/0", defaultTTL: 30s}
/// ```
public final class RedisCacheModule: WorkflowModule, HTTPMiddleware {
    /// The connection of another module, or one of its own.
    private enum Connection {
        case own(RedisLink)
        case other(RedisLink)
    }

    private let connection: Connection
    private let caching: ResponseCaching
    private let context: ModuleContext

    /// Creates the module; it connects when it is prepared.
    ///
    /// - Throws: ``ConfigurationError`` or ``WorkflowError`` when the connection is missing.
    public init(configuration: Configuration, context: ModuleContext) throws {
        self.context = context
        let link: RedisLink
        if let name = configuration.connection {
            link = try context.services.require(RedisConnectionModule.self, kind: .redis, named: name).link
            connection = .other(link)
        } else {
            link = RedisLink(
                try RedisConfiguration.settings(
                    configuration.url ?? SecretString(""), connectTimeout: .seconds(2),
                    timeout: configuration.timeout, context: context), context: context)
            connection = .own(link)
        }
        caching = ResponseCaching(
            vary: configuration.vary.compactMap { HTTPField.Name($0) }, lifetime: configuration.defaultTTL,
            clock: context.clock, cache: ResponseCache(maximumItems: 0, maximumBytes: 0),
            shared: RedisResponseStore(link, configuration, context: context))
    }

    public func validate() throws {
        guard case .own(let link) = connection else { return }
        context.generation.addHealthCheck("redis \(context.name)", RedisHealthCheck(link))
    }

    public func prepare() async throws {
        if case .own(let link) = connection { try await link.open() }
    }

    public func shutdown() async {
        if case .own(let link) = connection { await link.close() }
    }

    public func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        try await caching.handle(request, next: next)
    }
}
#endif
