import NIOHTTP1
import WorkflowCore

extension ProxyForwarder {
    /// Has a request answered in place of the network; see ``EngineEnvironment/outboundHTTP``.
    ///
    /// - Throws: ``UpstreamFailure``; `CancellationError`.
    static func answer(
        _ request: UpstreamRequest, _ body: OutgoingBody, to url: BackendURL, by answering: any OutboundHTTPAnswering
    ) async throws -> (head: HTTPResponseHead, stream: any UpstreamResponse) {
        let bytes =
            switch body {
            case .bytes(let bytes): bytes
            case .stream(let body, _): try await body.collect(upTo: .max)
            }
        let head = request.head(length: bytes.count)
        let outgoing = OutboundHTTPRequest(
            method: head.method.rawValue, url: "\(url.isSecure ? "https" : "http")://\(url.authority)\(head.uri)",
            headers: head.headers.map { (name: $0.name, value: $0.value) }, body: bytes)
        let answer: OutboundHTTPResponse
        do {
            answer = try await answering.answer(outgoing)
        } catch let error as WorkflowError {
            throw UpstreamFailure.unreachable("\(error)")
        }
        let headers = HTTPHeaders(answer.headers.map { ($0.name, $0.value) })
        let response = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        return (response, AnsweredBody(bytes: answer.body))
    }
}

/// A body that is here.
private struct AnsweredBody: UpstreamResponse {
    let bytes: [UInt8]

    func takeWholeBody() async throws -> [UInt8]? { bytes }

    func forEachChunk(_ body: ([UInt8]) async throws -> Void) async throws { try await body(bytes) }

    func close() {}
}
