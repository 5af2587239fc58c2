package import HTTPTypes

/// Answers requests from a cache: the middleware behind all cache modules.
///
/// Requests of one process that are equal wait for the first of them. With a shared store the first one asks there, and
/// the cache of the process keeps nothing.
package final class ResponseCaching: HTTPMiddleware {
    private let vary: [HTTPField.Name]
    private let lifetime: Duration
    private let clock: any EngineClock
    private let cache: ResponseCache
    private let shared: (any SharedResponseStore)?

    /// Creates the middleware.
    ///
    /// - Parameters:
    ///   - vary: The header fields of requests that tell answers apart.
    ///   - lifetime: How long an answer is kept that does not say so itself.
    ///   - clock: The time.
    ///   - cache: What this process keeps.
    ///   - shared: What it shares with others.
    package init(
        vary: [HTTPField.Name], lifetime: Duration, clock: any EngineClock, cache: ResponseCache,
        shared: (any SharedResponseStore)? = nil
    ) {
        self.vary = vary
        self.lifetime = lifetime
        self.clock = clock
        self.cache = cache
        self.shared = shared
    }

    package func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
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
                let (response, isHit) = try await lead(flight, request, key, next)
                return mark(response.unlessMatching(tags), isHit: isHit)
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
    ) async throws -> (ServerResponse, isHit: Bool) {
        var ticket: SharedResponseTicket?
        // The whole answer is wanted, for others as well.
        var request = request
        request.headers[.ifNoneMatch] = nil
        do {
            if let shared {
                switch try await shared.place(of: key) {
                case .hit(let answer):
                    cache.finish(flight, key, .answer(answer))
                    return (answer.answer(at: clock.now), true)
                case .lead(let place): ticket = place
                case .away: break
                }
            }
            let response = try await next.handle(request)
            let answer = CachedResponse(response, path: key.path, vary: vary, lifetime: lifetime, now: clock.now)
            // Told before it is kept for others, which may take a while.
            cache.finish(flight, key, answer.map { .answer($0) } ?? .alone)
            if let ticket { await shared?.finish(ticket, key, answer) }
            return (response, false)
        } catch {
            cache.finish(flight, key, error is CancellationError ? .again : .alone)
            if let ticket { await shared?.finish(ticket, key, nil) }
            throw error
        }
    }

    /// Has a writing request answered and forgets what it may have changed.
    private func write(_ request: ServerRequest, _ next: any HTTPHandler) async throws -> ServerResponse {
        let path = CacheKey.normalized(request.path)
        do {
            let response = try await next.handle(request)
            // A refused request has changed nothing; one that failed may have.
            if response.status.kind != .clientError { await invalidate(path) }
            return response
        } catch {
            if (error as? HTTPError)?.status.kind != .clientError { await invalidate(path) }
            throw error
        }
    }

    private func invalidate(_ path: String) async {
        cache.invalidate(path)
        await shared?.invalidate(path)
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
