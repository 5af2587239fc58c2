import NIOCore
import NIOHTTP1

/// Makes requests at fixed times, one after the other.
///
/// A request that has to wait for the one before is as late as that makes it: its time counts from when it was due.
final class RequestSlot {
    /// What a request came to.
    struct Outcome {
        let path: String
        let due: NIODeadline
        /// How late the generator was, when the connection was free in time.
        let lateness: TimeAmount?
        /// The kind of failure; `nil` for a good answer.
        let failure: String?
    }

    private let loop: any EventLoop
    private let options: LoadOptions
    private let keepsAlive: Bool
    private let interval: TimeAmount
    private let record: (Outcome) -> Void
    private let reconnected: () -> Void
    private var nextDue: NIODeadline
    private var pathIndex: Int
    private var connection: RequestConnection?
    private var current: (path: String, due: NIODeadline, lateness: TimeAmount?)?
    private var timeout: Scheduled<Void>?
    private var isStopped = false

    /// - Parameters:
    ///   - index: Which slot it is, from 0 on.
    ///   - count: How many there are.
    ///   - start: When the first one makes its first request.
    ///   - record: Called after each request.
    ///   - reconnected: Called when the server has closed a kept connection between two requests.
    init(
        index: Int, of count: Int, keepsAlive: Bool, start: NIODeadline, options: LoadOptions, loop: any EventLoop,
        record: @escaping (Outcome) -> Void, reconnected: @escaping () -> Void
    ) {
        self.loop = loop
        self.options = options
        self.keepsAlive = keepsAlive
        self.record = record
        self.reconnected = reconnected
        interval = .nanoseconds(1_000_000_000 * Int64(count) / Int64(options.rate))
        nextDue = start + .nanoseconds(interval.nanoseconds * Int64(index) / Int64(count))
        pathIndex = index
    }

    /// Whether no request is under way.
    var isIdle: Bool { current == nil }

    /// Waits for the next request.
    func schedule(after previous: NIODeadline? = nil) {
        guard !isStopped else { return }
        let hadToWait = previous.map { $0 > nextDue } ?? false
        if nextDue <= .now() {
            // Not at once, so that slots that are late do not keep others from their turn.
            loop.assumeIsolated().execute { self.begin(hadToWait) }
        } else {
            loop.assumeIsolated().scheduleTask(deadline: nextDue) { self.begin(hadToWait) }
        }
    }

    /// Makes no further requests.
    func stop() {
        isStopped = true
        if isIdle { connection?.close() }
    }

    private func begin(_ hadToWait: Bool) {
        guard !isStopped else { return }
        let path = options.paths[pathIndex % options.paths.count]
        pathIndex += 1
        current = (path, nextDue, hadToWait ? nil : .now() - nextDue)
        nextDue = nextDue + interval
        timeout = loop.assumeIsolated().scheduleTask(in: options.timeout) { self.end("timed out") }
        if let connection, connection.isUsable { send(path, on: connection) } else { connect(for: path) }
    }

    private func connect(for path: String) {
        let connection = RequestConnection(
            badBody: options.badBody, finished: { [weak self] in self?.end($0) },
            closedIdle: { [weak self] in self?.closedIdle() })
        self.connection = connection
        let handler = NIOLoopBound(connection, eventLoop: loop)
        loop.connect(to: options.address, timeout: options.timeout) { pipeline in
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(handler.value)
        }
        .assumeIsolated().whenComplete { result in
            // When its time was over in between, it is not needed any more.
            guard self.connection === connection, !self.isIdle else { return connection.close() }
            switch result {
            case .success: self.send(path, on: connection)
            case .failure(let error): self.end(FailureKind.name(of: error))
            }
        }
    }

    private func send(_ path: String, on connection: RequestConnection) {
        var headers = options.headers
        if !keepsAlive { headers.add(name: "Connection", value: "close") }
        connection.send(HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers))
    }

    private func closedIdle() {
        if !isStopped, keepsAlive, isIdle { reconnected() }
    }

    private func end(_ failure: String?) {
        guard let (path, due, lateness) = current else { return }
        current = nil
        timeout?.cancel()
        if failure != nil || !keepsAlive || isStopped {
            connection?.close()
            connection = nil
        }
        record(Outcome(path: path, due: due, lateness: lateness, failure: failure))
        schedule(after: .now())
    }
}
