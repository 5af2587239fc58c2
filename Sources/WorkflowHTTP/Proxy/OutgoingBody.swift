import HTTPTypes
import WorkflowCore

/// The body of a request on its way to a target.
enum OutgoingBody: Sendable {
    /// It is here, and can be sent more than once.
    case bytes([UInt8])
    /// It still arrives; `length` in bytes when the client has stated it.
    case stream(RequestBody, length: Int?)

    /// How large a body may be to be kept for another attempt. Servers gather bodies up to this anyway.
    static let replayLimit = 64 * 1024

    /// Takes the body of a request; waits for it when it is announced to be small.
    init(_ request: ServerRequest) async throws {
        let stated = request.headers.value(of: .contentLength).flatMap { Int($0) }
        let isChunked = request.headers.contains(.transferEncoding)
        // HTTP/1 announces every body; in HTTP/2, which has no `host`, only the end tells whether there is one.
        let isHTTP1 = request.headers.contains(.host) || request.authority == nil
        let hasNone =
            !isChunked && stated == nil && (isHTTP1 || [.get, .head, .options].contains(request.method))
        if hasNone || stated.map({ $0 <= Self.replayLimit }) == true {
            self = .bytes(try await request.body.collect(upTo: Self.replayLimit))
        } else {
            self = .stream(request.body, length: stated)
        }
    }
}
