import HTTPTypes
import NIOHTTP1
import WorkflowCore

/// How the answers of several backends become one.
enum CompositeStrategy: String, Sendable, CaseIterable {
    /// The backends are asked one after the other, until one gives a good answer.
    case firstSuccess = "first-success"
    /// All are asked at once, and their JSON becomes one object.
    case merge
    /// All are asked in order; the last answer counts, or the first bad one.
    case sequential
}

/// Answers with several backends.
struct CompositeHandler: HTTPHandler, SelfRoutingHandler {
    /// How much of the body of a request, and of each response that is merged, is kept.
    static let bodyLimit = 1 << 20

    let strategy: CompositeStrategy
    let backends: [ProxyBackend]
    let forwarder: ProxyForwarder

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let body = try await request.body.collect(upTo: Self.bodyLimit)
        switch strategy {
        case .firstSuccess: return try await inTurn(request, body) { $0 }
        case .sequential: return try await inTurn(request, body) { !$0 }
        case .merge: return try await merge(request, body)
        }
    }

    /// Asks one after the other. What is not passed on is read to its end, so that its connection can be used again.
    private func inTurn(
        _ request: ServerRequest, _ body: [UInt8], isEnd: (_ isGood: Bool) -> Bool
    ) async throws -> ServerResponse {
        for backend in backends.dropLast() {
            do {
                let (head, exchange) = try await forwarder.exchange(for: request, with: backend, body: .bytes(body))
                backend.series.count(status: Int(head.status.code))
                if isEnd((200..<400).contains(head.status.code)) {
                    return try await forwarder.response(to: request, head, exchange, of: backend)
                }
                _ = try await exchange.collect(upTo: Self.bodyLimit)
            } catch {
                let answer = forwarder.answer(for: error, of: backend)
                guard let answer = answer as? HTTPError else { throw answer }
                backend.series.count(status: answer.status.code)
                if isEnd(false) { throw answer }
            }
        }
        guard let last = backends.last else { throw HTTPError(.badGateway, "There is no upstream server.") }
        return try await forwarder.forward(request, to: last, body: .bytes(body))
    }

    private func merge(_ request: ServerRequest, _ body: [UInt8]) async throws -> ServerResponse {
        var request = request
        // The answers are read here: whole, and not compressed.
        for name in [.acceptEncoding, .range, .ifNoneMatch, .ifModifiedSince, .ifRange] as [HTTPField.Name] {
            request.headers[name] = nil
        }
        let answers = try await withThrowingTaskGroup(of: (Int, Result<JSONValue, HTTPError>).self) { group in
            for (index, backend) in backends.enumerated() {
                group.addTask { [request] in (index, try await json(from: backend, request, body)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        var merged = JSONObject()
        var errors = JSONObject()
        for (index, backend) in backends.enumerated() {
            switch answers[index] {
            case .success(let value)?: merged[backend.name] = value
            case .failure(let error)?: errors[backend.name] = .string("\(error)")
            case nil: break
            }
        }
        guard !merged.isEmpty else {
            throw HTTPError(.badGateway, "No upstream server answered properly.", details: ["errors": .object(errors)])
        }
        if !errors.isEmpty { merged["_errors"] = .object(errors) }
        return .json(.object(merged))
    }

    private func json(
        from backend: ProxyBackend, _ request: ServerRequest, _ body: [UInt8]
    ) async throws -> Result<JSONValue, HTTPError> {
        do {
            let (head, exchange) = try await forwarder.exchange(for: request, with: backend, body: .bytes(body))
            let bytes = try await exchange.collect(upTo: Self.bodyLimit)
            backend.series.count(status: Int(head.status.code))
            guard (200..<300).contains(head.status.code) else {
                let status = HTTPResponse.Status(
                    code: Int(head.status.code), reasonPhrase: head.status.reasonPhrase)
                return .failure(HTTPError(status, status.reasonPhrase))
            }
            guard !bytes.isEmpty else { return .success(.null) }
            do {
                return .success(try JSONValue(parsing: bytes))
            } catch {
                return .failure(HTTPError(.badGateway, "The answer is not JSON."))
            }
        } catch {
            let answer = forwarder.answer(for: error, of: backend)
            guard let answer = answer as? HTTPError else { throw answer }
            backend.series.count(status: answer.status.code)
            return .failure(answer)
        }
    }
}
