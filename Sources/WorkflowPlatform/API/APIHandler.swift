import HTTPTypes
import Logging
import WorkflowCore
import WorkflowHTTP

/// Answers the requests of one route: all checks, then its handler.
///
/// The order of the checks is the order of the answers: 429, 401, 404, 403, then 400, 413 and 415 for the request
/// itself. Nobody learns from a wrong request whether something exists that they may not see.
struct APIHandler: HTTPHandler {
    let route: APIRoute
    let services: PlatformServices

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        var request = request
        // One of our own: what a client calls its request proves nothing in the audit log.
        let id = services.identifiers.next()
        request.id = id
        var limit: TakenLimit?
        var response: ServerResponse
        do {
            response = try await answer(request, &limit)
        } catch {
            response = try Self.response(to: PlatformError.translating(error))
        }
        if let limit { addLimit(limit, to: &response) }
        response.headers[ResponseFields.requestID] = id
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }

    private func answer(_ request: ServerRequest, _ limit: inout TakenLimit?) async throws -> ServerResponse {
        let admission = try await Admission.make(request, route, services)
        let key = admission.caller?.user.text ?? request.remoteAddress
        let own = take(key, services.configuration.requestsPerMinute)
        limit = own
        guard own.decision.isAllowed else {
            throw PlatformError.tooMany("There are too many requests.", wait: .nanoseconds(own.decision.wait))
        }
        if let (company, perMinute) = admission.companyLimit {
            let shared = take("company:\(company)", perMinute)
            guard shared.decision.isAllowed else {
                limit = shared
                throw PlatformError.tooMany(
                    "The company makes more than \(perMinute) requests in a minute.",
                    wait: .nanoseconds(shared.decision.wait))
            }
        }
        let role = try authorize(admission)
        let query = try QueryReader.read(request, route)
        let bytes = try await BodyReader.bytes(of: request, route, limit: services.configuration.maximumBodyBytes)
        let call = APICall(
            request: request, optionalCaller: admission.caller, optionalPath: admission.path, role: role,
            body: try BodyReader.object(bytes, route), query: query, services: services, now: services.clock.now)
        let idempotency = try IdempotentRequest(call, route, body: bytes)
        guard let idempotency else { return response(try await route.handler(call), request) }
        return try await idempotency.run(services) { response(try await route.handler(call), request) }
    }

    /// Decides whether the request may go on.
    ///
    /// - Returns: The role of the caller on the thing that the route is about.
    private func authorize(_ admission: Admission) throws -> Role? {
        switch route.access {
        case .open:
            return nil
        case .signedIn(let byPerson):
            guard let caller = admission.caller else { try PlatformError.check(.unauthenticated); return nil }
            try Self.checkPerson(caller, byPerson)
            guard !byPerson || caller.company == nil || route.isForCompanySessions else {
                throw PlatformError.forbidden(
                    "This session works for one company only, whose provider vouches for it; sign in otherwise.")
            }
            return nil
        case .role(let role, let area, let on, let byPerson):
            guard let caller = admission.caller else { try PlatformError.check(.unauthenticated); return nil }
            guard let path = admission.path else { throw PlatformError.notFound }
            let action = Action(role, in: area, isAnywhere: on.isAnywhere)
            let decision = AccessPolicy.decide(caller, action, on: path)
            try PlatformError.check(decision)
            try Self.checkPerson(caller, byPerson)
            guard case .allowed(let held) = decision else { return nil }
            return held
        }
    }

    private static func checkPerson(_ caller: Caller, _ byPerson: Bool) throws {
        guard byPerson, caller.session == nil else { return }
        throw PlatformError.forbidden("This cannot be done with an API key; sign in.")
    }

    private func response(_ answer: APIAnswer, _ request: ServerRequest) -> ServerResponse {
        var response: ServerResponse
        let status = answer.status ?? route.answer.status
        if let document = answer.document {
            response = .json(.object(document), status: status)
        } else {
            response = ServerResponse(status: status, body: answer.other ?? .empty)
        }
        for field in answer.headers { response.headers[field.name] = field.value }
        if request.method == .get, let tag = answer.headers[.eTag], let known = request.headers[.ifNoneMatch],
            EntityTag.isNamed(tag, in: known)
        {
            return ServerResponse(status: .notModified, headers: [.eTag: tag])
        }
        return response
    }

    private static func response(to error: any Error) throws -> ServerResponse {
        guard let error = error as? HTTPError else { throw error }
        return error.response
    }

    /// A limit of requests, and what is left of it.
    private struct TakenLimit {
        let perMinute: Int
        let decision: RateLimitDecision
    }

    private func take(_ key: String, _ perMinute: Int) -> TakenLimit {
        let perMinute = max(1, perMinute)
        let decision = services.requestLimits.take(
            key, now: services.clock.now.nanoseconds, interval: 60_000_000_000 / Int64(perMinute), burst: perMinute)
        return TakenLimit(perMinute: perMinute, decision: decision)
    }

    private func addLimit(_ limit: TakenLimit, to response: inout ServerResponse) {
        let seconds = (limit.decision.wait + 999_999_999) / 1_000_000_000
        response.headers[ResponseFields.limit] = String(limit.perMinute)
        response.headers[ResponseFields.remaining] = String(limit.decision.remaining)
        response.headers[ResponseFields.reset] = String(seconds)
    }
}

/// The fields of the answers to all requests.
enum ResponseFields {
    /// How much may be asked in a minute.
    static let limit = name("RateLimit-Limit")
    /// How much may still be asked at once.
    static let remaining = name("RateLimit-Remaining")
    /// In how many seconds that is all there is again.
    static let reset = name("RateLimit-Reset")
    /// The identifier of the request in the audit log.
    static let requestID = name("X-Request-ID")
    /// What other sites learn of the address of a page.
    static let referrerPolicy = name("Referrer-Policy")
    /// Whether pages of other sites that a page opens, or that open it, have a hold on it.
    static let crossOriginOpenerPolicy = name("Cross-Origin-Opener-Policy")
    /// Whether other sites may load a file.
    static let crossOriginResourcePolicy = name("Cross-Origin-Resource-Policy")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("not the name of a header field") }
        return name
    }
}
