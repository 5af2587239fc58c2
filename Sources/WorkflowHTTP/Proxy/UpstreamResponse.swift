/// The body of a target's response, while it arrives.
protocol UpstreamResponse: Sendable {
    /// The whole body if all of it is here already; `nil` when it has to be streamed.
    func takeWholeBody() async throws -> [UInt8]?

    /// Reads the body piece by piece, as fast as `body` takes it.
    func forEachChunk(_ body: ([UInt8]) async throws -> Void) async throws

    /// Breaks off.
    func close()
}

extension UpstreamResponse {
    /// Reads the whole body.
    ///
    /// - Throws: ``UpstreamFailure`` `.malformed` when it is larger than `limit` bytes.
    func collect(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await forEachChunk { chunk in
            guard bytes.count + chunk.count <= limit else {
                throw UpstreamFailure.malformed("the response is larger than \(limit) bytes")
            }
            if bytes.isEmpty { bytes = chunk } else { bytes.append(contentsOf: chunk) }
        }
        return bytes
    }
}
