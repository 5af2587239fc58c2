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
    private let configuration: Configuration
    private let vary: [HTTPField.Name]
    private let clock: any EngineClock
    let cache: ResponseCache

    public init(configuration: Configuration, context: ModuleContext) {
        self.configuration = configuration
        vary = configuration.vary.compactMap { HTTPField.Name($0) }
        clock = context.clock
        cache = ResponseCache(maximumItems: configuration.maxItems, maximumBytes: configuration.maxBytes.bytes)
    }

    public func shutdown() async { cache.removeAll() }

    public func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
        switch request.method {
        case .get:
            guard isCacheable(request), let key = CacheKey(request, vary: vary) else {
                return try await next.handle(request)
            }
            return try await answer(request, key, next)
        case .head, .options, .trace:
            return try await next.handle(request)
        default:
            return try await write(request, next)
        }
    }

    /// Whether an answer may be for others as well: it is not for a part, and it is known who asks.
    private func isCacheable(_ request: ServerRequest) -> Bool {
        let headers = request.headers
        // A handler may look at a body, which is not a part of the key.
        guard request.body.isEmpty else { return false }
        for name in Self.conditions where headers.contains(name) { return false }
        for name in Self.credentials where headers.contains(name) && !vary.contains(name) {
            // The user that a token or a cookie stands for is a part of the key.
            let isKnown = request.principal != nil && (name == .authorization || name == .cookie)
            if !isKnown { return false }
        }
        return true
    }

    /// Fields that say who asks.
    private static let credentials: [HTTPField.Name] =
        [.authorization, .cookie, .proxyAuthorization]
        + ["X-Api-Key", "Api-Key", "X-Auth-Token", "X-Access-Token", "X-Tenant-ID"].compactMap { HTTPField.Name($0) }

    private static let conditions: [HTTPField.Name] = [
        .range, .ifRange, .ifModifiedSince, .ifUnmodifiedSince, .ifMatch,
    ]

    private func answer(
        _ request: ServerRequest, _ key: CacheKey, _ next: any HTTPHandler
    ) async throws -> ServerResponse {
        let tags = request.headers[.ifNoneMatch]
        while true {
            switch cache.place(of: key, at: clock.now) {
            case .hit(let answer):
                return mark(answer.answer(at: clock.now).unlessMatching(tags), isHit: true)
            case .lead(let flight):
                return mark(try await lead(flight, request, key, next).unlessMatching(tags), isHit: false)
            case .follow(let flight):
                switch try await flight.wait() {
                case .answer(let answer):
                    return mark(answer.answer(at: clock.now).unlessMatching(tags), isHit: true)
                case .alone:
                    return mark(try await next.handle(request), isHit: false)
                case .again:
                    continue
                }
            }
        }
    }

    /// Has a request answered for all that wait for it.
    private func lead(
        _ flight: CacheFlight, _ request: ServerRequest, _ key: CacheKey, _ next: any HTTPHandler
    ) async throws -> ServerResponse {
        // The whole answer is wanted, for others as well.
        var request = request
        request.headers[.ifNoneMatch] = nil
        do {
            let response = try await next.handle(request)
            let answer = CachedResponse(
                response, path: key.path, vary: vary, lifetime: configuration.defaultTTL, now: clock.now)
            cache.finish(flight, key, answer.map { .answer($0) } ?? .alone)
            return response
        } catch {
            cache.finish(flight, key, error is CancellationError ? .again : .alone)
            throw error
        }
    }

    /// Has a writing request answered and forgets what it may have changed.
    private func write(_ request: ServerRequest, _ next: any HTTPHandler) async throws -> ServerResponse {
        let path = CacheKey.normalized(request.path)
        do {
            let response = try await next.handle(request)
            // A refused request has changed nothing; one that failed may have.
            if response.status.kind != .clientError { cache.invalidate(path) }
            return response
        } catch {
            if (error as? HTTPError)?.status.kind != .clientError { cache.invalidate(path) }
            throw error
        }
    }

    private func mark(_ response: ServerResponse, isHit: Bool) -> ServerResponse {
        var response = response
        response.headers[.xCache] = isHit ? "hit" : "miss"
        return response
    }
}

extension HTTPField.Name {
    /// `X-Cache`: whether an answer was kept.
    fileprivate static let xCache = HTTPField.Name("X-Cache") ?? .age
}
