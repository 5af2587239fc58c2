import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization
import WorkflowCore

/// One request on one connection, from its head to the end of its response.
///
/// The connection goes back to its pool when the response has been read completely, and is closed when this object goes
/// away before.
final class UpstreamExchange: UpstreamResponse {
    private let connection: UpstreamConnection
    private let pool: UpstreamPool
    private let timeouts: UpstreamRequest.Timeouts
    /// What the connection calls it.
    let number: UInt64
    private let upload: Task<Void, Never>?
    private let isOver = Atomic<Bool>(false)

    private init(
        _ connection: UpstreamConnection, pool: UpstreamPool, timeouts: UpstreamRequest.Timeouts, number: UInt64,
        upload: Task<Void, Never>?
    ) {
        self.connection = connection
        self.pool = pool
        self.timeouts = timeouts
        self.number = number
        self.upload = upload
    }

    deinit { close() }

    /// Sends a request whose body is here.
    static func begin(
        _ head: HTTPRequestHead, body: [UInt8], on connection: UpstreamConnection, pool: UpstreamPool,
        timeouts: UpstreamRequest.Timeouts
    ) async throws -> UpstreamExchange {
        let number = try await connection.begin(head, body: body, isWhole: true)
        return UpstreamExchange(connection, pool: pool, timeouts: timeouts, number: number, upload: nil)
    }

    /// Sends a request whose body still arrives; it goes on while the response is read.
    static func begin(
        _ request: UpstreamRequest, streaming body: RequestBody, length: Int?, on connection: UpstreamConnection,
        pool: UpstreamPool
    ) async throws -> UpstreamExchange {
        let number = try await connection.begin(request.head(length: length), isWhole: false)
        let upload = Task.immediate(executorPreference: LoopExecutor(connection.eventLoop)) {
            do {
                try await body.forEachChunk { chunk in
                    try await connection.write(chunk, exchange: number, within: request.timeouts.response)
                }
                connection.finishRequest(exchange: number)
            } catch {
                connection.cancel(exchange: number, error)
            }
        }
        return UpstreamExchange(connection, pool: pool, timeouts: request.timeouts, number: number, upload: upload)
    }

    /// Waits for the head of the response.
    ///
    /// - Throws: ``UpstreamFailure``; what the body of the request threw; `CancellationError`.
    func head() async throws -> HTTPResponseHead {
        guard case .head(let head) = try await connection.next(exchange: number, within: timeouts.response) else {
            throw UpstreamFailure.malformed("no head")
        }
        return head
    }

    func takeWholeBody() async throws -> [UInt8]? {
        guard connection.eventLoop.inEventLoop, connection.hasWholeResponse else { return nil }
        return try await collect(upTo: .max)
    }

    func forEachChunk(_ body: ([UInt8]) async throws -> Void) async throws {
        do {
            reading: while true {
                switch try await connection.next(exchange: number, within: timeouts.body) {
                case .body(let bytes): try await body(bytes)
                case .end: break reading
                case .head: throw UpstreamFailure.malformed("two heads")
                }
            }
        } catch {
            close()
            throw error
        }
        guard !isOver.exchange(true, ordering: .relaxed) else { return }
        upload?.cancel()
        pool.release(connection)
    }

    /// Takes the connection out of the pool's hands, after a response with status 101.
    func upgraded() async throws -> UpstreamConnection {
        guard case .end = try await connection.next(exchange: number, within: timeouts.response) else {
            throw UpstreamFailure.malformed("a body after status 101")
        }
        try await connection.upgrade()
        isOver.store(true, ordering: .relaxed)
        return connection
    }

    func close() {
        guard !isOver.exchange(true, ordering: .relaxed) else { return }
        upload?.cancel()
        connection.close()
    }
}
