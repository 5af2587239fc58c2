import Foundation
import HTTPTypes
import Synchronization
import WorkflowCore
import WorkflowHTTP
import WorkflowTesting

extension TestApplication {
    /// How long, in real time, a body that is written while it is produced may pause before it counts as endless.
    private static let pause = Duration.milliseconds(50)

    /// Has a request answered.
    ///
    /// - Throws: ``WorkflowError`` when there is no server or no answer; ``ExpressionEvaluationError``.
    func send(_ step: RequestStep) async throws -> StepResult {
        let (request, record) = try makeRequest(step, token: try await token(of: step))
        let (requests, server) = (requests, step.server)
        let response = try await time.complete("The request \(step.method) \(request.path)") {
            try await requests.answer(request, at: server)
        }
        guard let response else {
            throw WorkflowError(
                .notFound,
                server == nil
                    ? "The application has no server."
                    : "The application has no server at \(server ?? ""); its servers: \(requests.addresses.joined(separator: ", "))."
            )
        }
        var result = StepResult(status: response.status.code)
        for field in response.headers {
            let name = field.name.canonicalName
            let others = result.headers[name]?.stringValue.map { "\($0), " } ?? ""
            result.headers[name] = .string(others + field.value)
        }
        result.body = try await bytes(of: response.body)
        recorder.visit(method: step.method, pattern: record.routePattern)
        return result
    }

    private func token(of step: RequestStep) async throws -> String? {
        if let user = step.user { return try await token(ofUser: try user.render(in: variables.scope)) }
        return try step.token?.render(in: variables.scope)
    }

    private func makeRequest(_ step: RequestStep, token: String?) throws -> (ServerRequest, RequestRecord) {
        let scope = variables.scope
        var headers = HTTPFields()
        var body: [UInt8] = []
        if let text = step.text {
            body = Array(try text.render(in: scope).utf8)
        } else if let value = try render(step.body) {
            body = value.jsonBytes()
            headers[.contentType] = "application/json"
        }
        if !body.isEmpty { headers[.contentLength] = String(body.count) }
        if let token { headers[.authorization] = "Bearer \(token)" }
        for (name, value) in step.headers {
            guard let field = HTTPField.Name(name) else {
                throw WorkflowError(.invalidInput, "\"\(name)\" is no name of a header field.")
            }
            headers[field] = try value.render(in: scope)
        }
        let target = try step.path.render(in: scope)
        guard target.hasPrefix("/") else {
            throw WorkflowError(.invalidInput, "The path \"\(target)\" does not begin with a slash.")
        }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var query = parts.count > 1 ? [parts[1]] : []
        query += try step.query.sorted { $0.key < $1.key }.map { name, value in
            "\(Self.encoded(name))=\(Self.encoded(try value.render(in: scope)))"
        }
        let record = RequestRecord()
        let request = ServerRequest(
            method: HTTPRequest.Method(step.method) ?? .get, path: parts[0],
            query: query.isEmpty ? nil : query.joined(separator: "&"), headers: headers, authority: "localhost",
            isSecure: false, remoteAddress: step.from, receivedAt: time.clock.now, body: RequestBody(bytes: body),
            record: record)
        return (request, record)
    }

    private static func encoded(_ text: String) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? text
    }

    private func bytes(of body: ResponseBody) async throws -> [UInt8] {
        switch body {
        case .empty: return []
        case .bytes(let bytes): return bytes
        case .file(let path, let offset, let length):
            let data = FileManager.default.contents(atPath: path) ?? Data()
            return [UInt8](data.dropFirst(Int(offset)).prefix(Int(length)))
        case .stream(_, let produce):
            let collector = BodyCollector()
            let outcome = OutcomeBox<Void>()
            let task = Task { await outcome.run { try await produce(collector) } }
            await time.settle()
            while outcome.result == nil, await time.thread.settle(afterActivityWithin: Self.pause) {}
            if outcome.result == nil {
                // A feed without end: what has come so far is what there is.
                task.cancel()
                await time.settle()
            } else {
                try outcome.result?.get()
            }
            return collector.bytes
        }
    }
}

/// Takes a body that is written while it is produced.
private final class BodyCollector: ResponseWriter {
    private let collected = Mutex<[UInt8]>([])

    var bytes: [UInt8] { collected.withLock { $0 } }

    func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        collected.withLock { $0 += bytes }
    }
}
