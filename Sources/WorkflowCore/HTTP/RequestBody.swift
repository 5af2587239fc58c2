import Synchronization

/// The body of a request: already here, or still arriving.
public struct RequestBody: Sendable {
    private enum Storage: Sendable {
        case bytes([UInt8])
        case stream(any RequestBodySource)
    }

    private let storage: Storage

    /// No body.
    public static let empty = RequestBody(bytes: [])

    /// A body that has arrived completely.
    public init(bytes: [UInt8]) {
        self.storage = .bytes(bytes)
    }

    /// A body that arrives in chunks from `source`.
    public init(source: any RequestBodySource) {
        self.storage = .stream(source)
    }

    /// Whether it is known that there is nothing in it.
    package var isEmpty: Bool {
        if case .bytes(let bytes) = storage { bytes.isEmpty } else { false }
    }

    /// The same body, which fails with ``HTTPError`` 413 when it turns out to be larger than `limit` bytes.
    ///
    /// - Throws: ``HTTPError`` 413 at once when it has arrived and is larger.
    package func limited(to limit: Int) throws -> RequestBody {
        switch storage {
        case .bytes(let bytes):
            guard bytes.count <= limit else { throw HTTPError.bodyTooLarge(limit: limit) }
            return self
        case .stream(let source):
            return RequestBody(source: LimitedBodySource(source, limit: limit))
        }
    }

    /// Returns the whole body.
    ///
    /// - Parameter limit: The greatest number of bytes to accept.
    /// - Throws: ``HTTPError`` 413 when the body is larger than `limit`, 400 when it ends too early.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        switch storage {
        case .bytes(let bytes):
            guard bytes.count <= limit else { throw HTTPError.bodyTooLarge(limit: limit) }
            return bytes
        case .stream(let source):
            var collected: [UInt8] = []
            while let chunk = try await source.nextChunk() {
                guard collected.count + chunk.count <= limit else { throw HTTPError.bodyTooLarge(limit: limit) }
                collected.append(contentsOf: chunk)
            }
            return collected
        }
    }

    /// Calls `body` with each chunk in order until the body ends.
    ///
    /// - Throws: What `body` throws, or ``HTTPError`` when the body ends too early or breaks a limit.
    public func forEachChunk(_ body: ([UInt8]) async throws -> Void) async throws {
        switch storage {
        case .bytes(let bytes):
            if !bytes.isEmpty { try await body(bytes) }
        case .stream(let source):
            while let chunk = try await source.nextChunk() { try await body(chunk) }
        }
    }
}

/// The chunks of another source up to a size.
private final class LimitedBodySource: RequestBodySource {
    private let source: any RequestBodySource
    private let limit: Int
    private let received = Atomic<Int>(0)

    init(_ source: any RequestBodySource, limit: Int) {
        self.source = source
        self.limit = limit
    }

    func nextChunk() async throws -> [UInt8]? {
        guard let chunk = try await source.nextChunk() else { return nil }
        guard received.add(chunk.count, ordering: .relaxed).newValue <= limit else {
            throw HTTPError.bodyTooLarge(limit: limit)
        }
        return chunk
    }
}

/// Where the chunks of a request body come from; the server implements it.
public protocol RequestBodySource: Sendable {
    /// Returns the next chunk, or `nil` at the end. Called by one task at a time; asking is what takes off back-pressure.
    ///
    /// - Throws: ``HTTPError`` when the client vanishes or a limit is broken.
    func nextChunk() async throws -> [UInt8]?
}
